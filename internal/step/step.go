// Package step is the contract for calling a user's function: how its types meet the
// codec, how its panics and endings become errors, and which errors mean that it took
// too long. The Lambda and the local run both call steps through it, so that a step
// behaves alike in both.
package step

import (
	"context"
	"fmt"
	"reflect"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/failure"
)

// Step is a user's function without its type parameters.
type Step struct {
	In []reflect.Type // of the arguments after the context

	// Run decodes the arguments, calls begin for the function's context, and calls the
	// function. It does not catch panics.
	Run func(args []Argument, begin func() context.Context) (any, error)

	// Encoded runs a function of one argument on an encoded value. It catches panics, and
	// retains neither its argument nor its result.
	Encoded func(ctx context.Context, in []byte) (out []byte, err error)
}

// Argument decodes an argument into a pointer to its type.
type Argument func(into any) error

// Of makes a Step from a function. It is the only place where a step's types are known.
func Of[In, Out any](f func(context.Context, In) (Out, error)) Step {
	return Step{
		In: []reflect.Type{reflect.TypeFor[In]()},
		Run: func(args []Argument, begin func() context.Context) (any, error) {
			if len(args) != 1 {
				return nil, failure.Name(failure.Request, fmt.Errorf("the step takes 1 argument, got %d", len(args)))
			}
			var in In
			if err := args[0](&in); err != nil {
				return nil, err
			}
			out, err := f(begin(), in)
			return out, failure.Guard(err)
		},
		Encoded: func(ctx context.Context, data []byte) (_ []byte, err error) {
			defer Catch(&err)
			var in In
			if err := Decode(data, &in); err != nil {
				return nil, err
			}
			out, err := f(ctx, in)
			if err != nil {
				return nil, failure.Guard(err)
			}
			return Encode(out)
		},
	}
}

// Decode decodes an argument.
func Decode[T any](data []byte, into *T) error {
	return Undecoded(into, codec.Unmarshal(data, into))
}

// Undecoded names the error of decoding an argument into a pointer.
func Undecoded(into any, err error) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf("a %s", reflect.TypeOf(into).Elem())
	return failure.Name(failure.Decoding, failure.Guard(fmt.Errorf("decoding the argument, %s: %w", what, err)))
}

// Encode encodes a result.
func Encode[T any](result T) ([]byte, error) {
	out, err := codec.MarshalValue(result)
	if err != nil {
		return nil, failure.Name(failure.Encoding, failure.Guard(fmt.Errorf("encoding the result, a %T: %w", result, err)))
	}
	return out, nil
}
