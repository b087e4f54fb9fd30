package localrun

import (
	"context"
	"errors"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/runs"
)

// SingleCall is one call of a step in a stored run.
type SingleCall struct {
	Step  string
	Index []int // of the item in each map around the step, outermost first
}

// RunOnly runs one call with its stored input, and stores nothing. found is called
// with the call's name, such as "cell[2][3]", the run's id and the input.
func RunOnly(ctx context.Context, flow chain.Flow, c runs.Config, call SingleCall, found func(name, run string, input []byte)) (result []byte, err error) {
	run, err := runs.OpenReadOnly(ctx, complete(c, flow, nil))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	node, input, err := run.Input(ctx, call.Step, call.Index)
	if err != nil {
		return nil, err
	}
	n := flow.Plan.Steps[node]
	failed := &engine.StepError{Step: n.Name, Function: n.Function, Position: n.Position, Index: call.Index, Input: input}
	found(failed.Call(), run.Record.Run, input)
	if result, failed.Err = flow.Nodes[node].Step.Encoded(ctx, input); failed.Err != nil {
		return nil, failed
	}
	return result, nil
}
