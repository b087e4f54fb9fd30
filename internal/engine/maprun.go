package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/plan"
)

// mapRun is one run of a map over one list. Each child passes through all stages
// of the body without waiting for the others.
type mapRun struct {
	e        *executor
	node     *plan.Map
	body     []stage
	scope    scopeContext
	path     []int // of the child that contains the map
	items    items
	children int // number of batches
	limit    int // maximum number of workers

	next atomic.Int64 // next child to take

	mu       sync.Mutex
	results  []results
	err      error
	failures failures

	// Owned by the pool, under its lock.
	helpers int
	opener  chan struct{} // closed with a slot for the opener, if it waits for helpers
}

// A map without a Concurrency has as many children in progress as steps may run at
// the same time, and more only while children pause before a retry.
const pausing = 1000

// expressLimit is how long an Express child may take.
const expressLimit = awslimits.ExpressSeconds * time.Second

// fanOut runs a map over the child's value, a list, and makes the list of the
// results the value.
func (c *batchRun) fanOut(ctx context.Context, s stage) error {
	e, node := c.w.e, s.of
	list := c.items
	if list.count == 0 {
		var err error
		if list, err = itemsOf(c.values[0]); err != nil {
			return fmt.Errorf("splitting the list for %s: %w", node.Name, err)
		}
	}
	c.values[0], c.items = nil, items{} // now owned by the map, and freed with it
	m := &mapRun{
		e: e, node: node, body: s.body, path: c.path, items: list,
		scope:    c.scope,
		children: (list.count + node.BatchSize() - 1) / node.BatchSize(),
		limit:    max(pausing, e.config.Concurrency),
	}
	if node.Concurrency > 0 {
		m.limit = node.Concurrency
	}
	if c.of != nil && c.of.node.Tolerate > 0 {
		m.scope = newScope(ctx) // its failure fails only the child
		defer m.scope.stop(nil)
	}
	e.counters.expect(s.body, m.children)
	if m.children > 1 && m.limit > 1 {
		e.pool.offer(m)
	}
	m.work(m.scope.ctx, c.w)
	if m.children > 1 && m.limit > 1 {
		e.pool.settle(m)
	}
	switch {
	case m.err != nil:
		return m.err
	case m.scope.ctx.Err() != nil:
		return errStopped
	}
	m.items = items{}
	if c.list = listOf(m.results); len(c.list) < 2 {
		c.values[0], c.list = c.list.join(), nil
	}
	return nil
}

// exhausted reports whether no child is left to take.
func (m *mapRun) exhausted() bool {
	return int(m.next.Load()) >= m.children || m.scope.ctx.Err() != nil
}

// help is work, for a worker other than the opener.
func (m *mapRun) help(w *worker) {
	defer m.e.pool.leave(m) // a step may end the goroutine
	m.work(m.scope.ctx, w)
}

// Quick children are taken several at a time: as many as take about this long, but
// not too many, since other workers can no longer help with them.
const (
	stretch     = 100 * time.Microsecond
	longStretch = 1024
)

// work takes children until none is left.
func (m *mapRun) work(ctx context.Context, w *worker) {
	c := &batchRun{w: w, scope: m.scope, of: m, path: append(slices.Clone(m.path), 0)}
	array := []byte("[")
	began := m.e.counters.now()
	for n := 1; !m.exhausted(); {
		last := int(m.next.Add(int64(n)))
		first := last - n
		last = min(last, m.children)
		array = array[:1]
		count := 0
		for k := first; k < last; k++ {
			err := m.child(ctx, c, k)
			if err == nil {
				array, count = appendAll(array, c.values), count+len(c.values)
			} else if !m.goOn(k, err) {
				return
			}
		}
		m.deliver(first, array, count)
		m.e.pool.yield()
		now := m.e.counters.now()
		switch took := now - began; {
		case took > 2*stretch:
			n = max(1, n/8)
		case took < stretch/2:
			n = min(2*n, longStretch)
		}
		began = now
	}
}

// child takes child k through the body.
func (m *mapRun) child(ctx context.Context, c *batchRun, k int) error {
	first := k * m.node.BatchSize()
	c.path[len(c.path)-1] = first
	c.values = c.values[:0]
	for i := first; i < min(first+m.node.BatchSize(), m.items.count); i++ {
		c.values = append(c.values, m.items.at(i))
	}
	if m.node.Express {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, expressLimit)
		defer cancel()
	}
	err := c.run(ctx, m.body)
	if err == nil && ctx.Err() != nil {
		err = c.ended(ctx, m.body[len(m.body)-1])
	}
	return err
}

// goOn reports whether the map continues after the failure of a child.
func (m *mapRun) goOn(k int, err error) bool {
	if errors.Is(err, errStopped) {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.node.Tolerate > 0 {
		m.failures.add(k, err)
		if err = m.failures.exceed(m.node, m.path, m.children); err != nil {
			m.e.counters.tolerance.Exceed(m.node.Name)
		}
	}
	if err != nil && m.err == nil {
		m.err = err
		m.scope.stop(err)
	}
	return err == nil
}

// appendAll appends values to an unfinished array.
func appendAll(array []byte, values [][]byte) []byte {
	for _, v := range values {
		array = append(append(array, v...), ',')
	}
	return array
}

// deliver adds the results of consecutive children, of which first is the index of
// the first.
func (m *mapRun) deliver(first int, array []byte, count int) {
	if count == 0 {
		return // all failed but were tolerated
	}
	array = slices.Clone(array)
	array[len(array)-1] = ']' // replaces the last comma
	m.mu.Lock()
	defer m.mu.Unlock()
	m.results = append(m.results, results{first, part{array, count}})
}
