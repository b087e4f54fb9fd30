package engine

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
)

// attempt is one attempt of a call: the step on all values of a batch, one after
// the other.
type attempt struct {
	e       *executor
	stage   stage
	number  int // from 1
	path    []int
	in, out [][]byte
	list    list   // instead of in, for an aggregation of many results
	items   items  // instead of out, for a long list that the next map takes
	guard   *guard // for an attempt with a time limit
	position
}

// position is how far an attempt has come.
type position struct {
	at      int       // index of the value in the batch
	start   time.Time // of the step on it, if anyone asks for it
	running bool      // the step has the value: it has not returned, or returned an error
}

// do runs the step on all values.
func (a *attempt) do(ctx context.Context) error {
	for a.at = range a.in {
		out, err := a.one(ctx)
		if err != nil {
			return err
		}
		a.out = append(a.out, out)
	}
	return nil
}

// store puts the results into the cache. The step's time limit doesn't cover that.
func (a *attempt) store(ctx context.Context) error {
	if a.e.config.Cache == nil {
		return nil
	}
	c := Call{Node: a.stage.node, Path: a.path, Items: len(a.in), Split: a.stage.split}
	results := a.out
	if a.items.count > 0 {
		results = [][]byte{a.items.list().join()}
	}
	if err := a.e.config.Cache.Put(ctx, c, results); err != nil {
		return storageError(err)
	}
	return nil
}

// storageError gives an error of the cache the type that retries match.
func storageError(err error) error {
	if named := (*failure.Named)(nil); errors.As(err, &named) {
		return err
	}
	return failure.Name(failure.Storage, err)
}

// one runs the step on the current value.
func (a *attempt) one(ctx context.Context) ([]byte, error) {
	if a.e.config.OnAttempt != nil {
		a.start = time.Now()
	}
	a.running = true
	if a.guard != nil && !a.guard.reach(a.position) {
		return nil, failure.ErrAbandoned
	}
	if a.e.config.Inject != nil {
		if err := a.e.config.Inject(a.e.flow.Plan.Steps[a.stage.node].Name, a.index(), a.number); err != nil {
			return nil, failure.Guard(err)
		}
	}
	out, err := a.run(ctx)
	if err != nil {
		return nil, err
	}
	a.running = false
	if a.guard != nil && !a.guard.reach(a.position) {
		return nil, failure.ErrAbandoned
	}
	a.tell(out, nil, false)
	return out, nil
}

// run calls the step.
func (a *attempt) run(ctx context.Context) (out []byte, err error) {
	node := a.e.flow.Nodes[a.stage.node]
	if a.stage.split == 0 && a.list == nil {
		return node.Step.Encoded(ctx, a.in[a.at])
	}
	defer step.Catch(&err)
	result, err := node.Step.Run([]step.Argument{func(into any) error {
		if a.list != nil {
			return step.Undecoded(into, a.list.decode(&a.e.pool, into))
		}
		return step.Undecoded(into, codec.Unmarshal(a.in[a.at], into))
	}}, func() context.Context { return ctx })
	switch {
	case err != nil:
		return nil, err
	case a.stage.split == 0:
		return step.Encode(result)
	}
	out, a.items, err = a.e.pool.encodeList(result)
	return out, err
}

// input returns a copy of the current value.
func (a *attempt) input() []byte {
	if a.list != nil {
		return a.list.join()
	}
	return bytes.Clone(a.in[a.at])
}

// tell reports the outcome of the step on the current value. again says that it
// failed and will be retried.
func (a *attempt) tell(out []byte, err error, again bool) {
	c := &a.e.config
	if c.OnAttempt == nil && (err == nil || c.OnFailure == nil) || err != nil && !a.running {
		return // nobody listens, or it was not the step that failed
	}
	output := bytes.Clone(out)
	if a.items.count > 0 {
		output = a.items.list().join()
	}
	result := AttemptResult{
		Step:  a.e.flow.Plan.Steps[a.stage.node].Name,
		Index: a.index(), Attempt: a.number,
		Input: a.input(), Output: output, Err: err, Again: again,
		Start: a.start, End: time.Now(),
	}
	if err != nil && c.OnFailure != nil {
		c.OnFailure(result)
	}
	if c.OnAttempt != nil {
		c.OnAttempt(result)
	}
}

// index returns the current item's index in each map around the step, outermost
// first. The caller owns it.
func (a *attempt) index() []int {
	index := slices.Clone(a.path)
	if len(index) > 0 {
		index[len(index)-1] += a.at
	}
	return index
}

// failed turns the attempt's error into that of the call.
func (a *attempt) failed(err error) error {
	n := a.e.flow.Plan.Steps[a.stage.node]
	return &StepError{
		Step: n.Name, Function: n.Function, Position: n.Position,
		Index: a.index(), Input: a.input(), Err: err,
	}
}
