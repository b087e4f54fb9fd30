// Package runner runs a flow in this process. It calls the functions themselves,
// and their values pass through the codec as they do between Lambda functions.
// What can't be stored fails here too, and no step sees another's memory.
package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki"
)

// Options say how to run a flow. The zero value runs it with its defaults.
type Options struct {
	// Input is JSON that overrides the flow's defaults field by field; if empty,
	// the defaults apply. A value that is not a struct is replaced as a whole.
	Input json.RawMessage

	// Concurrency is how many steps run at the same time, in all maps
	// together. 0 is the number of CPUs. A lokki.Concurrency also applies.
	Concurrency int

	// Backoff is a factor for the pauses before retries: 0.1 makes them a
	// tenth. 0 is 1, the flow's own pauses. With NoBackoff there are none.
	Backoff float64

	// Progress receives a line for each step that is done, and a table of all
	// steps at the end; nil for none.
	Progress io.Writer

	// Inject is for tests and is called before every attempt of a step. If it
	// returns an error, the step is not called, and the error is retried and
	// tolerated as if the step had returned it. index is the item's index in
	// each map around the step, outermost first; the first attempt is 1.
	Inject func(step string, index []int, attempt int) error

	// OnCall is called after every attempt of a step, by many goroutines at
	// once.
	OnCall func(Call)

	view  *view    // for a command; nil shows lines on Progress
	trace string   // for a command: the file to write
	keep  *keeping // for a command; nil stores nothing
}

// NoBackoff, as Options.Backoff, makes retries immediate.
const NoBackoff = -1

func (o Options) validate() error {
	switch {
	case o.Concurrency < 0:
		return fmt.Errorf("option Concurrency %d: want 1 or more, or 0 for the number of CPUs", o.Concurrency)
	case o.Backoff != NoBackoff && !(o.Backoff >= 0 && o.Backoff <= maxBackoff):
		return fmt.Errorf("option Backoff %v: want a factor up to %d, 0 for the pauses of the flow, or NoBackoff", o.Backoff, maxBackoff)
	}
	return nil
}

// maxBackoff keeps a pause of a year from overflowing a time.Duration.
const maxBackoff = 100

// pause returns how long one of the flow's pauses is in this run.
func (o Options) pause(d time.Duration) time.Duration {
	if o.Backoff == NoBackoff {
		return 0
	}
	return time.Duration(float64(d) * cmp.Or(o.Backoff, 1))
}

// Run runs a flow and returns its result. Retries, timeouts and tolerated failures
// work as in the state machine. The first step that fails for good cancels the
// context of all running steps, and Run returns its error, a *StepError, when they
// have ended. A panic of a step is an error. When ctx is done, Run returns an error
// that wraps the context's cause.
//
// Run does not wait for a step that keeps running after its lokki.Timeout. The
// timeout of a lokki_flow belongs to the target, not the flow: give ctx a deadline
// instead.
//
// The flow is named after the function that made it: the innermost exported one in
// which all of its calls were made.
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

// inputError is an error of the flow's caller, not of the flow.
type inputError struct{ err error }

func (e inputError) Error() string { return e.err.Error() }
func (e inputError) Unwrap() error { return e.err }

// misfit is an inputError that only the flow can detect.
type misfit struct{ error }

func (m misfit) Unwrap() error { return m.error }

// run is Run on encoded values.
func run(ctx context.Context, flow chain.Flow, opts Options) (result []byte, err error) {
	if err := opts.validate(); err != nil {
		return nil, inputError{err}
	}
	input, err := argument(flow, opts.Input)
	if err != nil {
		return nil, err
	}
	var keeper keeper
	if opts.keep != nil {
		run, failed := opts.keep.open(ctx, flow, opts.Input)
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, run.place.Close()) }()
		keeper, input = run, run.Argument
	}
	return execute(ctx, flow, opts, keeper, input)
}

// execute runs a flow on the first step's argument; a nil keeper stores nothing.
func execute(ctx context.Context, flow chain.Flow, opts Options, keeper keeper, input []byte) ([]byte, error) {
	if opts.Concurrency == 0 {
		opts.Concurrency = runtime.GOMAXPROCS(0)
	}
	m := newMeter(flow.Graph, min(opts.Concurrency, runtime.GOMAXPROCS(0)))
	v := opts.view
	if v == nil {
		v = &view{form: progress.Lines}
	}
	v.start(opts, m, opts.keep.name())
	e := &executor{flow: flow, stages: plan(flow.Graph), opts: opts, keeper: keeper, meter: m, view: v}
	result, err := e.run(ctx, input)
	if err == nil && ctx.Err() != nil { // the last step ignored it
		result, err = nil, context.Cause(ctx)
	}
	if err != nil && !named(err) {
		err = fmt.Errorf("running %s: %w", flow.Graph.Flow, err)
	}
	v.stop(err)
	return result, err
}

// argument returns the first step's argument: the input merged over its defaults.
func argument(flow chain.Flow, input json.RawMessage) ([]byte, error) {
	start := flow.Nodes[0]
	err := inputs.Check(input)
	var merged []byte
	if err == nil {
		merged, err = inputs.Merge(start.Defaults, input, start.In)
	}
	if err != nil {
		return nil, inputError{misfit{inputs.Misfit(start.In.String(), err)}}
	}
	return merged, nil
}

// named reports whether an error names its step.
func named(err error) bool {
	var failed *StepError
	var tolerance *toleranceError
	return errors.As(err, &failed) || errors.As(err, &tolerance)
}
