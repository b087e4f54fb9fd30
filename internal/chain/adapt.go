package chain

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/failure"
)

type stepFunc[In, Out any] = func(context.Context, In) (Out, error)

// Func is a step on encoded values. It retains neither its argument nor its
// result.
type Func func(ctx context.Context, in []byte) (out []byte, err error)

// Typed is a step on Go values, for callers that encode lists in parts: load
// decodes the argument into a pointer.
type Typed func(ctx context.Context, load func(into any) error) (any, error)

// Adapt makes a Func from a step: it is the one place where a step's types meet the
// codec. A panic of the step, or of a method that encodes or decodes a value, becomes
// an error of type *PanicError.
func Adapt[In, Out any](step func(context.Context, In) (Out, error)) Func {
	return func(ctx context.Context, in []byte) (out []byte, err error) {
		defer Catch(&err)
		var arg In
		if err := codec.Unmarshal(in, &arg); err != nil {
			return nil, undecoded(arg, err)
		}
		result, err := step(ctx, arg)
		if err != nil {
			return nil, failure.Guard(err)
		}
		return Encode(result)
	}
}

// AdaptTyped makes a Typed from a step. Its errors are those of Adapt.
func AdaptTyped[In, Out any](step func(context.Context, In) (Out, error)) Typed {
	return func(ctx context.Context, load func(any) error) (out any, err error) {
		defer Catch(&err)
		var arg In
		if err := load(&arg); err != nil {
			return nil, undecoded(arg, err)
		}
		out, err = step(ctx, arg)
		return out, failure.Guard(err)
	}
}

func undecoded(arg any, err error) error {
	return failure.Name(failure.Decoding, failure.Guard(fmt.Errorf("decoding the argument, a %T: %w", arg, err)))
}

// Encode encodes a step's result.
func Encode[T any](result T) ([]byte, error) {
	out, err := codec.MarshalValue(result)
	if err != nil {
		return nil, failure.Name(failure.Encoding, failure.Guard(fmt.Errorf("encoding the result, a %T: %w", result, err)))
	}
	return out, nil
}

// Catch, when deferred, turns a panic into the error of the function.
func Catch(err *error) {
	if v := recover(); v != nil {
		stack := debug.Stack()
		if cause, ok := v.(error); ok {
			v = failure.Guard(cause)
		}
		*err = &PanicError{Value: v, Stack: stack}
	}
}

// PanicError is the error of a step or flow function that panicked.
type PanicError struct {
	Value any    // what panic was called with; if it is an error, it is safe to use
	Stack []byte // the goroutine's stack at the panic
}

// Error includes the stack.
func (e *PanicError) Error() string {
	return failure.PanicText(e.Value) + "\n\n" + failure.Cut(string(e.Stack), maxStack)
}

// maxStack limits the stack in an error's text, in bytes. The runtime omits the
// middle of a deep stack, but its lines may be long.
const maxStack = 32 << 10

// Panicked marks the error for package failure.
func (e *PanicError) Panicked() {}

// Unwrap returns what panic was called with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
