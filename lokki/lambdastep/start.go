package lambdastep

import (
	"context"
	"log/slog"
	"os"
	"syscall"

	// An image from scratch has no time zones, which time.LoadLocation finds here.
	_ "time/tzdata"

	"github.com/aws/aws-lambda-go/lambda"

	// Nor has it certificates.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// Start serves invocations of the step and does not return. A wrong
// environment is reported by each invocation, where the caller sees it.
func Start[In, Out any](step func(context.Context, In) (Out, error)) {
	fit()
	out := standardOutput() // where CloudWatch looks for metrics
	l := newLogs(out)
	l.summaries = jsonLines(freshLine{out})
	slog.SetDefault(l.logger())
	lambda.StartWithOptions(newHandler(bind(step), l, openFromEnvironment))
}

// standardOutput is os.Stdout, but not for a step to close.
func standardOutput() *os.File {
	fd, err := syscall.Dup(int(os.Stdout.Fd()))
	if err != nil {
		return os.Stdout
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), os.Stdout.Name())
}
