package runner

import (
	"context"
	"errors"
	"sync"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/failure"
)

// executor is one run of a flow: workers that take the children of maps, never
// more at work than steps may run at the same time.
type executor struct {
	flow   chain.Flow
	stages []stage
	opts   Options
	keeper keeper // nil for a run in memory only
	meter  *meter
	view   *view

	pool    pool
	workers sync.WaitGroup
	top     scope
}

// scope is where an error stops everything: the run, or a map whose failure
// another map tolerates. Its context's cause is the error.
type scope struct {
	ctx  context.Context
	stop context.CancelCauseFunc
}

func newScope(ctx context.Context) scope {
	ctx, stop := context.WithCancelCause(ctx)
	return scope{ctx, stop}
}

// errStopped is returned by what an error elsewhere has stopped.
var errStopped = errors.New("the run was stopped")

// run returns the flow's result for an input. It returns when all workers have
// ended, but for steps that were given up when their time was over.
func (e *executor) run(ctx context.Context, input []byte) ([]byte, error) {
	e.top = newScope(ctx)
	defer e.top.stop(nil)
	e.pool.free = e.opts.Concurrency - 1
	e.pool.help = e.help
	e.meter.expect(e.stages, 1)
	c := child{scope: e.top, values: [][]byte{input}}
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

// worker is a goroutine that has a slot: it runs one step at a time.
type worker struct {
	e      *executor
	shard  *shard
	trying *attempt // the last one begun
}

// spawn starts a worker that has a slot already, and gives it up itself.
func (e *executor) spawn(work func(w *worker)) {
	e.workers.Go(func() {
		w := &worker{e: e, shard: e.meter.shard()}
		returned := false
		defer func() {
			if !returned {
				// A step ended the goroutine, and with it a way through all the
				// maps around the step: there is no going on from here.
				e.top.stop(w.trying.failed(errGoexit))
				e.pool.release()
			}
		}()
		work(w)
		returned = true
	})
}

var errGoexit = failure.Goexit

// help starts a worker on a map, and then on others as long as there are any.
func (e *executor) help(m *mapping) {
	e.spawn(func(w *worker) {
		for ; m != nil; m = e.pool.next() {
			m.help(w)
		}
	})
}
