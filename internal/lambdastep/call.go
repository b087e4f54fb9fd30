package lambdastep

import (
	"context"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/failure"
)

// step is a user's function without its type parameters.
type step struct {
	in  reflect.Type // of the argument
	run func(load func(into any) (context.Context, error)) (any, error)
}

// bind is the only generic code of this package. load decodes into a pointer to the
// argument, and returns the step's context.
func bind[In, Out any](f func(context.Context, In) (Out, error)) step {
	return step{
		in: reflect.TypeFor[In](),
		run: func(load func(any) (context.Context, error)) (any, error) {
			var in In
			ctx, err := load(&in)
			if err != nil {
				return nil, err
			}
			out, err := f(ctx, in)
			return out, failure.Guard(err)
		},
	}
}

// guard calls functions in a separate goroutine, one at a time. The goroutine
// is reused for the next call because its stack has grown: growing it again takes a
// tenth of the processor time of a small step.
type guard struct {
	calls chan func() error
	ended chan error
}

// call calls f and returns its error, or an error if it panicked, ended its
// goroutine, or was still running at giveUp.
func (g *guard) call(giveUp <-chan time.Time, f func() error) error {
	if g.calls == nil {
		*g = guard{make(chan func() error), make(chan error, 1)}
		go serve(g.calls, g.ended)
	}
	g.calls <- f
	err := failure.ErrAbandoned
	select {
	case err = <-g.ended:
	case <-giveUp:
		select {
		case err = <-g.ended: // it ended just in time
		default:
		}
	}
	if err == failure.ErrAbandoned || err == errGoexit {
		g.close() // the next call gets another goroutine
	}
	return err
}

// close ends the goroutine, after any abandoned call has returned.
func (g *guard) close() {
	if g.calls != nil {
		close(g.calls)
	}
	*g = guard{}
}

// serve is guard's goroutine.
func serve(calls <-chan func() error, ended chan<- error) {
	for f := range calls {
		func() {
			err := errGoexit
			defer func() { ended <- err }()
			err = protect(f)
		}()
	}
}

// protect turns a panic of f into an error.
func protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: panicStack()}
		}
	}()
	return failure.Guard(f())
}

var errGoexit = failure.Goexit

// panicked is the error of a panic.
type panicked struct {
	value any
	stack []*messages.InvokeResponse_Error_StackFrame
}

func (p *panicked) Error() string { return failure.PanicText(p.value) }

// Panicked marks the error for package failure.
func (p *panicked) Panicked() {}

// panicStack returns the stack from the function that panicked down to the call of
// the step. It is called from a deferred function of protect.
func panicStack() []*messages.InvokeResponse_Error_StackFrame {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var stack []*messages.InvokeResponse_Error_StackFrame
	for {
		f, more := frames.Next()
		// The runtime's frames of the panic are above the user's.
		if len(stack) > 0 || !strings.HasPrefix(f.Function, "runtime.") {
			stack = append(stack, &messages.InvokeResponse_Error_StackFrame{Path: f.File, Line: int32(f.Line), Label: f.Function})
		}
		if !more || strings.HasSuffix(f.Function, "lambdastep.protect") {
			return stack
		}
	}
}
