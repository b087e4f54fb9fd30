// Package engine calls the steps of a flow in this process: once for each item of
// the maps around them, in parallel, with the retries, time limits and tolerance of
// the state machine. Values pass from step to step encoded.
//
// It doesn't know who runs the flow, who watches it, or where results are stored.
package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/progress"
)

// Config says how to run a flow.
type Config struct {
	Concurrency int         // how many steps run at the same time; 0 is the number of CPUs
	Backoff     float64     // factor for the pauses before retries, up to MaxBackoff; 0 is none
	Cache       ResultCache // nil for a run in memory only

	// Inject, if not nil, is called before every attempt of a step. An error it
	// returns is handled as if the step had returned it.
	Inject func(step string, index []int, attempt int) error

	// OnFailure is called after every failed attempt, and OnAttempt after every
	// one, by many goroutines at once. Both may be nil.
	OnFailure, OnAttempt func(AttemptResult)
}

// MaxBackoff keeps a pause of a year from overflowing a time.Duration.
const MaxBackoff = 100

// Run is one run of a flow.
type Run struct{ executor }

// New prepares a run.
func New(flow chain.Flow, config Config) *Run {
	if config.Concurrency == 0 {
		config.Concurrency = runtime.GOMAXPROCS(0)
	}
	return &Run{executor{
		flow: flow, stages: stagesOf(flow.Plan.Nodes), config: config,
		counters: newCounters(flow.Plan, min(config.Concurrency, runtime.GOMAXPROCS(0))),
	}}
}

// Do runs the flow on the first step's argument and returns its result. The first
// error that isn't tolerated stops the run. Do returns when all steps have, except
// those that were abandoned after their timeout.
func (r *Run) Do(ctx context.Context, argument []byte) ([]byte, error) {
	result, err := r.run(ctx, argument)
	if err == nil && ctx.Err() != nil { // the last step ignored it
		result, err = nil, context.Cause(ctx)
	}
	if err != nil && !namesStep(err) {
		err = fmt.Errorf("running %s: %w", r.flow.Plan.Graph.Flow, err)
	}
	return result, err
}

// Steps returns the current state of each step, in data order.
func (r *Run) Steps() []progress.Step { return r.counters.steps() }

func namesStep(err error) bool {
	var failed *StepError
	var tolerance *toleranceError
	return errors.As(err, &failed) || errors.As(err, &tolerance)
}

// pause returns how long one of the flow's pauses is in this run.
func (c Config) pause(d time.Duration) time.Duration { return time.Duration(float64(d) * c.Backoff) }
