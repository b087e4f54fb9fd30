package lambdastep

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
)

// report converts an error to the form that Lambda passes on.
func report(err error) messages.InvokeResponse_Error {
	out := messages.InvokeResponse_Error{Type: failure.Type(err), Message: failure.Cause(err)}
	var p *step.PanicError
	switch {
	case errors.Is(err, failure.ErrAbandoned):
		// The step still runs: the process ends, so that it can't affect the next invocation.
		out.Type, out.ShouldExit = failure.StepTimeout, true
	case errors.As(err, &p):
		for _, f := range p.Frames {
			out.StackTrace = append(out.StackTrace, &messages.InvokeResponse_Error_StackFrame{Path: f.File, Line: int32(f.Line), Label: f.Function})
		}
	}
	return out
}
