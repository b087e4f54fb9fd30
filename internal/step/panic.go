package step

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
)

// PanicError is the error of a step or flow function that panicked.
type PanicError struct {
	Value  any             // what panic was called with; if it is an error, it is safe to use
	Stack  []byte          // the goroutine's stack at the panic, from Catch
	Frames []runtime.Frame // from the function that panicked to the call, from Protect
}

// Catch, when deferred, turns a panic into the error of the function. The error's
// text includes the stack.
func Catch(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Value: safe(v), Stack: debug.Stack()}
	}
}

// Protect calls f and turns a panic into an error whose stack is apart from its text,
// as Lambda reports it.
func Protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: safe(v), Frames: frames()}
		}
	}()
	return failure.Guard(f())
}

func safe(value any) any {
	if err, ok := value.(error); ok {
		return failure.Guard(err)
	}
	return value
}

// frames is called from the deferred function of Protect.
func frames() (stack []runtime.Frame) {
	pcs := make([]uintptr, 64)
	all := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := all.Next()
		// The runtime's frames of the panic are above the user's.
		if len(stack) > 0 || !strings.HasPrefix(f.Function, "runtime.") {
			stack = append(stack, f)
		}
		if !more || strings.HasSuffix(f.Function, "step.Protect") {
			return stack
		}
	}
}

// maxStack limits the stack in an error's text, in bytes. The runtime omits the
// middle of a deep stack, but its lines may be long.
const maxStack = 32 << 10

func (e *PanicError) Error() string {
	text := failure.PanicText(e.Value)
	if e.Stack == nil {
		return text
	}
	return text + "\n\n" + failure.Cut(string(e.Stack), maxStack)
}

// Panicked marks the error for package failure.
func (e *PanicError) Panicked() {}

// Unwrap returns what panic was called with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
