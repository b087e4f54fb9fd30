package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lokki-build/lokki/internal/chain"
)

// executor is one run of a flow. What goes wrong ends the run's context with
// the error as its cause, so that the first error is kept and stops the rest;
// the methods only report whether to go on.
type executor struct {
	flow     chain.Flow
	stop     context.CancelCauseFunc
	slots    chan struct{} // one for each step that may run at the same time
	progress *progress
}

// sequence runs stages one after the other; index is that of the items around
// them, outermost first.
func (e *executor) sequence(ctx context.Context, stages []stage, value []byte, index []int) (result []byte, ok bool) {
	for _, s := range stages {
		if s.body == nil {
			value, ok = e.call(ctx, s.node, value, index)
		} else {
			value, ok = e.fanOut(ctx, s.body, value, index)
		}
		if !ok {
			return nil, false
		}
		if len(index) == 0 {
			e.progress.done(s.nodes())
		}
	}
	return value, true
}

var errGoexit = errors.New("it ended its goroutine (runtime.Goexit, or Fatal of a test) instead of returning")

// call runs one step when there is a slot for it.
func (e *executor) call(ctx context.Context, node int, value []byte, index []int) (result []byte, ok bool) {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return nil, false
	}
	finish := e.progress.begin(node)
	err := errGoexit // unless Call returns
	defer func() {
		finish(err == nil)
		if err != nil {
			n := e.flow.Graph.Nodes[node]
			e.stop(&StepError{Step: n.Name, Function: n.Function, Position: n.Position, Index: slices.Clone(index), Err: err})
		}
	}()
	result, err = e.flow.Nodes[node].Call(ctx, value)
	return result, err == nil
}

// fanOut runs the stages of a map for each item of a list and returns the list
// of the results in the same order. An item goes through all stages without
// waiting for the others.
func (e *executor) fanOut(ctx context.Context, body []stage, list []byte, index []int) (result []byte, ok bool) {
	var items []json.RawMessage
	if err := json.Unmarshal(list, &items); err != nil {
		e.stop(fmt.Errorf("splitting the list for %s: %w", e.flow.Graph.Nodes[body[0].node].Name, err))
		return nil, false
	}
	results := make([][]byte, len(items))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(items), cap(e.slots)) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(items) {
					return
				}
				at := append(slices.Clone(index), i) // a copy: the workers run at the same time
				done, ok := e.sequence(ctx, body, items[i], at)
				if !ok {
					return
				}
				results[i] = done
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return nil, false
	}
	return slices.Concat([]byte("["), bytes.Join(results, []byte(",")), []byte("]")), true
}
