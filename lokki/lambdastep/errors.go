package lambdastep

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
)

// report makes the error that Lambda passes on.
func report(err error) messages.InvokeResponse_Error {
	out := messages.InvokeResponse_Error{Type: failure.Type(err), Message: failure.Cause(err)}
	var p *panicked
	switch {
	case errors.Is(err, failure.ErrAbandoned):
		// The step still runs: nothing of it may reach the next invocation, or the next try.
		out.Type, out.ShouldExit = failure.StepTimeout, true
	case errors.As(err, &p):
		out.StackTrace = p.stack
	}
	return out
}
