package lambdastep

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"

	// An image from scratch has no certificates of its own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// Start serves invocations of the step and does not return. A wrong
// environment is reported by each invocation, where the caller sees it.
func Start[In, Out any](step func(context.Context, In) (Out, error)) {
	h := newHandler(bind(step), openFromEnvironment)
	slog.SetDefault(slog.New(h.logs.handler)) // between invocations, and for package log
	lambda.StartWithOptions(h)
}
