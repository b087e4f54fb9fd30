package lambdastep

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
)

// Error types of lokki itself, for ErrorEquals of a state machine. Only
// failure.Storage is worth a retry; the step's own errors carry the names of
// their types, or that of their mark (lokki.Permanent, lokki.Transient).
const (
	errorRequest       = "Lokki.InvalidRequest" // the state machine and the step do not fit together
	errorConfiguration = "Lokki.Configuration"  // the environment, the bucket or the role is wrong
	errorInput         = "Lokki.InvalidInput"   // the execution's input does not fit the step's type
	errorMissing       = "Lokki.MissingValue"   // the value a step takes is not there
	errorEncoding      = "Lokki.Encoding"       // the result can't be stored
	errorDecoding      = "Lokki.Decoding"       // the stored value does not fit the argument's type
	errorPanic         = "Lokki.Panic"          // the step panicked
	errorTimeout       = "Sandbox.Timedout"     // as Lambda itself calls a timeout, so that one rule matches both
)

// maxMessage bounds an error's message, in bytes: Step Functions cuts a cause
// at 32,768 characters, and the type and stack must stay readable.
const maxMessage = 8 << 10

// kinded is an error of lokki's, with a type for Step Functions that is not its Go type.
type kinded struct {
	name string
	err  error
}

func kind(name string, err error) error { return &kinded{name, err} }

func (k *kinded) Error() string { return k.err.Error() }
func (k *kinded) Unwrap() error { return k.err }

// report makes the error that Lambda passes on. ctx is the step's.
func report(ctx context.Context, err error) messages.InvokeResponse_Error {
	out := messages.InvokeResponse_Error{Type: typeName(err), Message: shorten(err.Error())}
	var p *panicked
	var marked *failure.Marked
	switch {
	case errors.Is(err, errAbandoned):
		// The step still runs: nothing of it may reach the next invocation.
		out.Type, out.ShouldExit = errorTimeout, true
	case errors.As(err, &p):
		out.Type, out.StackTrace = errorPanic, p.stack
	case errors.As(err, &marked):
		out.Type = marked.Type
		if name := ownName(marked.Err); name != "" { // the mark has taken its place
			out.Message = shorten(name + ": " + err.Error())
		}
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && errors.Is(err, context.DeadlineExceeded):
		out.Type = errorTimeout
	}
	return out
}

// plainError is the type of errors.New, and stands for every error that says
// nothing but its text, wrapped or not.
const plainError = "errorString"

// typeName is the name by which ErrorEquals matches: that of the outermost
// error that says more than its text. fmt.Errorf and errors.Join only wrap.
func typeName(err error) string { return cmp.Or(ownName(err), plainError) }

func ownName(err error) string {
	if err == nil {
		return ""
	}
	switch e := err.(type) {
	case *kinded:
		return e.name
	case *failure.Marked:
		return ownName(e.Err)
	}
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() != "errors" && t.PkgPath() != "fmt" && t.Name() != "" {
		name, _, _ := strings.Cut(t.Name(), "[") // of a generic type
		return name
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		return ownName(u.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			if name := ownName(e); name != "" {
				return name
			}
		}
	}
	return ""
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
