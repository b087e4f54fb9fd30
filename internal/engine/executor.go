package engine

import (
	"context"
	"errors"
	"sync"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/failure"
)

// executor is one run of a flow: workers that process the children of maps, never
// more of them active than steps may run at the same time.
type executor struct {
	flow     chain.Flow
	stages   []stage
	config   Config
	counters *counters

	pool    pool
	workers sync.WaitGroup
	top     scopeContext
}

// scopeContext is what an error stops: the run, or a map whose failure another map
// tolerates. The cause of its context is the error.
type scopeContext struct {
	ctx  context.Context
	stop context.CancelCauseFunc
}

func newScope(ctx context.Context) scopeContext {
	ctx, stop := context.WithCancelCause(ctx)
	return scopeContext{ctx, stop}
}

// errStopped is returned by code that an error elsewhere has stopped.
var errStopped = errors.New("the run was stopped")

// run returns the flow's result for an input. It returns when all workers have
// ended, except for steps that were abandoned after their timeout.
func (e *executor) run(ctx context.Context, input []byte) ([]byte, error) {
	e.top = newScope(ctx)
	defer e.top.stop(nil)
	e.pool.free = e.config.Concurrency - 1
	e.pool.help = e.help
	e.counters.expect(e.stages, 1)
	c := batchRun{scope: e.top, values: [][]byte{input}}
	err := errStopped
	e.spawn(func(w *worker) {
		c.w = w
		err = c.run(e.top.ctx, e.stages)
		e.pool.release()
	})
	e.workers.Wait()
	switch {
	case err == nil:
		return c.values[0], nil
	case e.top.ctx.Err() != nil:
		return nil, context.Cause(e.top.ctx) // the first error
	}
	return nil, err
}

// worker is a goroutine with a slot: it runs one step at a time.
type worker struct {
	e      *executor
	shard  *shard
	trying *attempt // the latest attempt
}

// spawn starts a worker that already has a slot and releases it itself.
func (e *executor) spawn(work func(w *worker)) {
	e.workers.Go(func() {
		w := &worker{e: e, shard: e.counters.shard()}
		returned := false
		defer func() {
			if !returned {
				// A step ended the goroutine, and with it the stack of all maps
				// around the step: the run can't continue.
				e.top.stop(w.trying.failed(failure.Goexit))
				e.pool.release()
			}
		}()
		work(w)
		returned = true
	})
}

// help starts a worker on a map, and then on others while there are any.
func (e *executor) help(m *mapRun) {
	e.spawn(func(w *worker) {
		for ; m != nil; m = e.pool.next() {
			m.help(w)
		}
	})
}
