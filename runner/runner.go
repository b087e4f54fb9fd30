// Package runner runs a flow in this process: the functions themselves, with
// their values passing through the codec as they do between Lambda functions.
// What can't be stored fails here too, and no step sees memory of another.
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
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/codec"
)

// Options say how a flow is run. The zero value runs it on its defaults.
type Options struct {
	// Input is JSON that overrides the flow's defaults field by field; empty
	// leaves them. A list or another value that is no struct is replaced whole.
	Input json.RawMessage

	// Concurrency is how many steps run at the same time, in all maps
	// together. 0 is the number of CPUs. A lokki.Concurrency holds as well.
	Concurrency int

	// Backoff is a factor for the pauses before retries: 0.1 makes them a
	// tenth. 0 is 1, the pauses that the flow says. With NoBackoff there are none.
	Backoff float64

	// Progress is written a line for each step that is done, and a table of
	// all steps at the end; nil for none.
	Progress io.Writer

	// Inject, in tests, is asked before every try of a step. An error that it
	// returns is the try's, and the step is not called: it is retried and
	// tolerated as if the step had returned it. The index is that of the item in
	// each map around the step, outermost first; the first attempt is 1.
	Inject func(step string, index []int, attempt int) error

	// OnCall is told of every try of a step when it has ended. It is called
	// by many goroutines at once.
	OnCall func(Call)

	view  *view    // of a command; nil shows lines on Progress
	trace string   // of a command: the file to write
	keep  *keeping // of a command; nil keeps nothing
}

// NoBackoff, as Options.Backoff, has retries follow at once.
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

// maxBackoff keeps a pause of a year from becoming more than a time.Duration holds.
const maxBackoff = 100

// pause is how long a pause of the flow is in this run.
func (o Options) pause(d time.Duration) time.Duration {
	if o.Backoff == NoBackoff {
		return 0
	}
	return time.Duration(float64(d) * cmp.Or(o.Backoff, 1))
}

// Run runs a flow and returns its result. Steps are retried, time out and are
// tolerated to fail as in the state machine. The first step that fails for good
// cancels the context of all that are running, and Run returns its error, a
// *StepError, when they have ended. A panic of a step is its error. When ctx is
// done, Run returns an error that wraps the context's cause.
//
// Run does not wait for a step that goes on after its lokki.Timeout. The timeout of a
// lokki_flow is not the flow's but its target's: give ctx a deadline instead.
//
// The flow is called by the name of the function that made it: the innermost
// exported one in which all of its calls were made.
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

// misfit is an inputError that only the flow can tell.
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

// execute runs a flow on the first step's argument; a nil keeper keeps nothing.
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
	if err != nil && !named(err) {
		err = fmt.Errorf("running %s: %w", flow.Graph.Flow, err)
	}
	v.stop(err)
	return result, err
}

// argument is the first step's: the input over its defaults.
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

// named reports whether an error says of which step it is.
func named(err error) bool {
	var failed *StepError
	var tolerance *toleranceError
	return errors.As(err, &failed) || errors.As(err, &tolerance)
}
