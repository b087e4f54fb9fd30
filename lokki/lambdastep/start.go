package lambdastep

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	// An image from scratch has no certificates of its own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// Start serves invocations of the step and does not return. A wrong
// environment is reported by each invocation, where the caller sees it.
func Start[In, Out any](step func(context.Context, In) (Out, error)) {
	fit()
	l := newLogs(os.Stdout) // where CloudWatch looks for metrics
	slog.SetDefault(l.logger())
	lambda.StartWithOptions(newHandler(bind(step), l, openFromEnvironment))
}
