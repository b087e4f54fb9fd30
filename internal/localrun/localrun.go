// Package localrun runs a flow on this machine. It puts together the engine that
// calls the steps, the store of their results, and the view of the run.
package localrun

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/runs"
)

// Options say how to run a flow.
type Options struct {
	Input  json.RawMessage // overrides the flow's defaults; nil for none
	Engine engine.Config
	View   *View // nil for none

	// Store, if not nil, says where results are stored, and in which run; Run adds
	// the flow and its input. Opened is then called when the run is open.
	Store  *runs.Config
	Opened func(*runs.Run)
}

// Run runs a flow and returns its result.
func Run(ctx context.Context, flow chain.Flow, o Options) (result []byte, err error) {
	argument, err := merge(flow, o.Input)
	if err != nil {
		return nil, err
	}
	id := ""
	if o.Store != nil {
		stored, failed := runs.Open(ctx, complete(*o.Store, flow, o.Input))
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, stored.Close()) }()
		o.Opened(stored)
		id, argument, o.Engine.Cache = stored.Record.Run, stored.Argument, stored
	}
	o.View.observe(&o.Engine)
	run := engine.New(flow, o.Engine)
	o.View.start(flow.Plan.Graph.Flow, id, run.Steps)
	result, err = run.Do(ctx, argument)
	o.View.Stop(err)
	return result, err
}

// complete adds to a config what only the flow knows.
func complete(c runs.Config, flow chain.Flow, input json.RawMessage) runs.Config {
	c.Plan, c.Input = flow.Plan, input
	c.Merge = func(input json.RawMessage) ([]byte, error) { return merge(flow, input) }
	return c
}

// merge returns the first step's argument: the input merged over its defaults.
func merge(flow chain.Flow, input json.RawMessage) ([]byte, error) {
	start := flow.Nodes[0]
	err := inputs.Check(input)
	var merged []byte
	if err == nil {
		merged, err = inputs.Merge(start.Defaults, input, start.In)
	}
	if err != nil {
		return nil, InputError{inputs.Misfit(start.In.String(), err)}
	}
	return merged, nil
}

// InputError is the error of an input that doesn't fit the flow.
type InputError struct{ Err error }

func (e InputError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong with the input.
func (e InputError) Unwrap() error { return e.Err }
