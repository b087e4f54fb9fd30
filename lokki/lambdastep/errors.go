package lambdastep

import (
	"errors"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
)

// maxMessage bounds an error's message, in bytes: Step Functions cuts a cause
// at 32,768 characters, and the type and stack must stay readable.
const maxMessage = 8 << 10

// report makes the error that Lambda passes on.
func report(err error) messages.InvokeResponse_Error {
	out := messages.InvokeResponse_Error{Type: failure.Type(err), Message: shorten(err.Error())}
	var p *panicked
	var marked *failure.Marked
	switch {
	case errors.Is(err, failure.ErrAbandoned):
		// The step still runs: nothing of it may reach the next invocation, or the next try.
		out.Type, out.ShouldExit = failure.StepTimeout, true
	case errors.As(err, &p):
		out.Type, out.StackTrace = failure.Panic, p.stack
	case errors.As(err, &marked):
		out.Type = marked.Type
		if name := failure.Own(marked.Err); name != "" { // the mark has taken its place
			out.Message = shorten(name + ": " + err.Error())
		}
	}
	return out
}

// shorten cuts a message at a whole character.
func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
