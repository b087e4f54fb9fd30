package chain

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/lokki/codec"
)

type stepFunc[In, Out any] = func(context.Context, In) (Out, error)

// Func is a step on encoded values. It keeps neither its argument nor its
// result.
type Func func(ctx context.Context, in []byte) (out []byte, err error)

// Adapt makes a Func of a step: the one place where a step's types meet the
// codec. A panic of the step becomes an error of type *PanicError.
func Adapt[In, Out any](step func(context.Context, In) (Out, error)) Func {
	return func(ctx context.Context, in []byte) (out []byte, err error) {
		var arg In
		if err := codec.Unmarshal(in, &arg); err != nil {
			return nil, failure.Name(failure.Decoding, fmt.Errorf("decoding the argument, a %T: %w", arg, err))
		}
		result, err := protect(ctx, step, arg)
		if err != nil {
			return nil, err
		}
		out, err = codec.Marshal(result)
		if err != nil {
			return nil, failure.Name(failure.Encoding, fmt.Errorf("encoding the result, a %T: %w", result, err))
		}
		return out, nil
	}
}

func protect[In, Out any](ctx context.Context, step stepFunc[In, Out], arg In) (result Out, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return step(ctx, arg)
}

// PanicError is the error of a step or flow function that panicked.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // the goroutine's stack at the panic
}

// Error includes the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns what panic was called with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
