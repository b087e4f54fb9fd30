package lambdastep

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
)

// report converts an error to the form that Lambda passes on.
func report(err error) messages.InvokeResponse_Error {
	out := messages.InvokeResponse_Error{Type: failure.Type(err), Message: failure.Cause(err)}
	var p *panicked
	switch {
	case errors.Is(err, failure.ErrAbandoned):
		// The step still runs: the process ends, so that it can't affect the next invocation.
		out.Type, out.ShouldExit = failure.StepTimeout, true
	case errors.As(err, &p):
		out.StackTrace = p.stack
	}
	return out
}
