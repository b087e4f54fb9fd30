// Package runner runs a flow in this process: the functions themselves, with
// their values passing through the codec as they do between Lambda functions.
// What can't be stored fails here too, and no step sees memory of another.
package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/codec"
)

// Options say how a flow is run. The zero value runs it on its defaults.
type Options struct {
	// Input is JSON that overrides the flow's defaults field by field; empty
	// leaves them. A list or another value that is no struct is replaced whole.
	Input json.RawMessage

	// Concurrency is how many steps run at the same time, in all maps
	// together. 0 is the number of CPUs.
	Concurrency int

	// Progress is written a line for each step that is done; nil for none.
	Progress io.Writer
}

func (o Options) validate() error {
	if o.Concurrency < 0 {
		return fmt.Errorf("option Concurrency %d: want 1 or more, or 0 for the number of CPUs", o.Concurrency)
	}
	return nil
}

// Run runs a flow and returns its result. The first step that fails cancels
// the context of all that are running, and Run returns its error, a *StepError,
// when they have ended. A panic of a step is its error. When ctx is done, Run
// returns an error that wraps the context's cause.
//
// The flow is called by the name of the function that called lokki.Start.
func Run[T any](ctx context.Context, flow lokki.Flow[T], opts Options) (T, error) {
	var result T
	built, err := chain.Build(flow.Chain())
	if err != nil {
		return result, err
	}
	data, err := run(ctx, built, opts)
	if err != nil {
		return result, err
	}
	if err := codec.Unmarshal(data, &result); err != nil {
		return result, fmt.Errorf("decoding the result of %s: %w", built.Graph.Flow, err)
	}
	return result, nil
}

// inputError is an error of who runs the flow, not of the flow.
type inputError struct{ err error }

func (e inputError) Error() string { return e.err.Error() }
func (e inputError) Unwrap() error { return e.err }

// run is Run on encoded values.
func run(ctx context.Context, flow chain.Flow, opts Options) ([]byte, error) {
	if err := opts.validate(); err != nil {
		return nil, inputError{err}
	}
	start := flow.Nodes[0]
	input, err := inputs.Merge(start.Defaults, opts.Input, start.In)
	if err != nil {
		return nil, inputError{fmt.Errorf("the input does not fit %s:\n%w", start.In, err)}
	}
	if opts.Concurrency == 0 {
		opts.Concurrency = runtime.GOMAXPROCS(0)
	}
	p := newProgress(opts.Progress, flow.Graph)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	e := &executor{flow: flow, stop: stop, slots: make(chan struct{}, opts.Concurrency), progress: p}
	result, ok := e.sequence(ctx, plan(flow.Graph), input, nil)
	p.end(ok)
	if ok {
		return result, nil
	}
	err = context.Cause(ctx)
	if failed := (*StepError)(nil); !errors.As(err, &failed) {
		err = fmt.Errorf("running %s: %w", flow.Graph.Flow, err)
	}
	return nil, err
}
