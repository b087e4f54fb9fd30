package engine

import (
	"context"
	"errors"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

// batchRun is the run of a child of a map: the items of a batch, one or more, pass
// through the stages of the map. The flow's own value outside maps is a child too. A
// worker reuses its batchRun for the next batch.
type batchRun struct {
	w      *worker
	scope  scopeContext
	of     *mapRun  // nil outside maps
	path   []int    // its first item's index in each map around it, outermost first
	values [][]byte // one for each item
	spare  [][]byte // reused for the next values
	list   list     // instead of the value, for the results of a map
	items  items    // instead of the value, for a list that the next map takes
	try    attempt
}

// run takes the child through the stages.
func (c *batchRun) run(ctx context.Context, stages []stage) error {
	begin, err := c.resume(ctx, stages)
	if err != nil {
		return err
	}
	for i, s := range stages[begin:] {
		if s.body == nil {
			err = c.call(ctx, s)
		} else {
			err = c.fanOut(ctx, s)
		}
		if err != nil {
			if c.of != nil && !errors.Is(err, errStopped) {
				c.w.e.counters.expect(stages[begin+i+1:], -1)
			}
			return err
		}
		if c.of == nil {
			c.w.e.counters.through(s.nodes())
		}
	}
	return nil
}

// resume finds the child's last call whose result an earlier run stored, and
// returns the stage after it.
func (c *batchRun) resume(ctx context.Context, stages []stage) (begin int, err error) {
	e := c.w.e
	for i := len(stages) - 1; e.config.Cache != nil && i >= 0; i-- {
		s := stages[i]
		if s.body != nil {
			continue
		}
		found, err := e.config.Cache.Get(ctx, Call{Node: s.node, Path: c.path, Items: len(c.values), Split: s.split})
		if err != nil {
			return 0, c.begin(s, 1).failed(failure.Name(failure.Storage, err))
		}
		if found == nil {
			continue
		}
		c.values = append(c.values[:0], found...)
		for _, passed := range stages[:i+1] {
			if passed.body == nil {
				c.w.shard.find(passed.node)
			}
			if c.of == nil {
				e.counters.through(passed.nodes())
			}
		}
		return i + 1, nil
	}
	return 0, nil
}

// begin sets up an attempt of the child's next call.
func (c *batchRun) begin(s stage, number int) *attempt {
	c.try = attempt{e: c.w.e, stage: s, number: number, path: c.path, in: c.values, out: c.spare[:0], list: c.list}
	c.w.trying = &c.try
	return &c.try
}

// call passes the child's values to a step, retrying by its rules, and makes the
// results the child's values.
func (c *batchRun) call(ctx context.Context, s stage) error {
	e, node := c.w.e, c.w.e.flow.Plan.Steps[s.node]
	if ctx.Err() != nil {
		return c.ended(ctx, s)
	}
	began := e.counters.now()
	c.w.shard.begin(s.node, began)
	var took time.Duration
	var again retries
	for number := 1; ; number++ {
		try := c.begin(s, number)
		err := try.within(ctx, c.limit(ctx, node))
		if err == nil {
			err = try.store(ctx)
		}
		now := e.counters.now()
		took += now - began
		switch {
		case err == nil:
			c.w.shard.end(s.node, now, c.path, ending{ok: true, retries: number - 1, took: took, in: size(try.in) + try.list.size(), out: size(try.out) + try.items.list().size()})
			c.values, c.spare, c.list, c.items = try.out, try.in, nil, try.items
			return nil
		case ctx.Err() != nil:
			try.tell(nil, err, false)
			c.w.shard.end(s.node, now, c.path, ending{stopped: c.scope.ctx.Err() != nil, retries: number - 1, took: took})
			return c.ended(ctx, s)
		}
		pause, ok := again.next(node, err)
		try.tell(nil, err, ok)
		if !ok {
			c.w.shard.end(s.node, now, c.path, ending{retries: number - 1, took: took, in: size(try.in) + try.list.size()})
			return try.failed(err)
		}
		e.pool.pause(ctx, e.config.pause(pause))
		began = e.counters.now()
	}
}

// ended returns the error of a child whose context has ended.
func (c *batchRun) ended(ctx context.Context, s stage) error {
	if c.scope.ctx.Err() != nil {
		return errStopped
	}
	// Only the child's own time is over, which no rule retries.
	return c.begin(s, 1).failed(failure.Name(failure.StateTimeout, failure.TimedOut{After: expressLimit}))
}

func size(values [][]byte) (n int64) {
	for _, v := range values {
		n += int64(len(v))
	}
	return n
}
