// Package runner runs a flow in this process. It calls the functions themselves,
// and their values pass through the codec as they do between Lambda functions.
// What can't be stored fails here too, and no step sees another's memory.
package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/localcommand"
	"github.com/lokki-build/lokki/internal/localrun"
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
}

// NoBackoff, as Options.Backoff, makes retries immediate.
const NoBackoff = -1

func (o Options) validate() error {
	switch {
	case o.Concurrency < 0:
		return fmt.Errorf("option Concurrency %d: want 1 or more, or 0 for the number of CPUs", o.Concurrency)
	case o.Backoff != NoBackoff && !(o.Backoff >= 0 && o.Backoff <= engine.MaxBackoff):
		return fmt.Errorf("option Backoff %v: want a factor up to %d, 0 for the pauses of the flow, or NoBackoff", o.Backoff, engine.MaxBackoff)
	}
	return nil
}

// config returns the options of the engine.
func (o Options) config() engine.Config {
	c := engine.Config{Concurrency: o.Concurrency, Backoff: cmp.Or(o.Backoff, 1), Inject: o.Inject}
	if o.Backoff == NoBackoff {
		c.Backoff = 0
	}
	if o.OnCall != nil {
		c.OnAttempt = func(a engine.AttemptResult) { o.OnCall(Call(a)) }
	}
	return c
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
	built, err := chain.Build(flow)
	if err != nil {
		return result, err
	}
	data, err := opts.run(ctx, built)
	if err != nil {
		return result, err
	}
	if err := codec.Unmarshal(data, &result); err != nil {
		return result, fmt.Errorf("decoding the result of %s: %w", built.Plan.Graph.Flow, err)
	}
	return result, nil
}

// run is Run on encoded values.
func (o Options) run(ctx context.Context, flow chain.Flow) ([]byte, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	view := &localrun.View{Out: o.Progress, Form: progress.Lines}
	return localrun.Run(ctx, flow, localrun.Options{Input: o.Input, Engine: o.config(), View: view})
}

// Main is the program that runs one flow, such as birds_local: the flow that
// the flow function returns, on the command line's input. The result goes to
// standard output as a line of JSON, progress and errors to standard error.
//
// It exits with 0 when the flow succeeds, 1 when it fails or is interrupted, and 2
// after a usage error, including a wrong input.
func Main[T any](flow func() lokki.Flow[T]) {
	localcommand.Main(func() (chain.Flow, error) { return chain.BuildFunc(flow) }, localcommand.Program{})
}
