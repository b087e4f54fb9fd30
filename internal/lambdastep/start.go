package lambdastep

import (
	"context"
	"log/slog"
	"os"
	"syscall"

	// Time zones for time.LoadLocation, which an image from scratch doesn't have.
	_ "time/tzdata"

	"github.com/aws/aws-lambda-go/lambda"

	// Nor does it have certificates.
	_ "golang.org/x/crypto/x509roots/fallback"

	"github.com/lokki-build/lokki/internal/step"
)

// Start serves invocations of f and does not return. Each invocation
// reports a wrong environment, so that the caller sees it.
func Start[In, Out any](f func(context.Context, In) (Out, error)) {
	tuneRuntime()
	out := standardOutput() // which CloudWatch reads for metrics
	l := newLogs(out)
	l.summaries = jsonLines(freshLine{out})
	slog.SetDefault(l.logger())
	lambda.StartWithOptions(newHandler(step.Of(f), l, openFromEnvironment))
}

// standardOutput returns a copy of os.Stdout that a step can't close.
func standardOutput() *os.File {
	fd, err := syscall.Dup(int(os.Stdout.Fd()))
	if err != nil {
		return os.Stdout
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), os.Stdout.Name())
}
