package engine

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/progress"
)

// counters count what the steps of a run do. Each worker counts in its own shard, so
// that its lock is uncontended; [counters.steps] adds up the shards at any time.
type counters struct {
	plan   *plan.Plan
	start  time.Time
	shards []shard
	next   atomic.Int64 // next shard to hand out
	totals []total      // by node

	tolerance progress.Tolerance
}

// total is what is known about a node beyond its calls.
type total struct {
	calls   atomic.Int64
	through atomic.Bool
}

// shard is the counts of some workers.
type shard struct {
	mu    sync.Mutex
	nodes []counts
}

// counts are the counts of one node. Times are relative to the counters' start.
type counts struct {
	begun, done, found, failed, stopped, retried int64

	first, last time.Duration // valid if begun > 0
	busy, max   time.Duration
	slowest     []int
	in, out     int64
	times       *progress.Histogram // from the second call on
}

// newCounters makes counters with a shard for each concurrent worker.
func newCounters(p *plan.Plan, shards int) *counters {
	m := &counters{plan: p, start: time.Now(), shards: make([]shard, shards), totals: make([]total, len(p.Steps))}
	for i := range m.shards {
		m.shards[i].nodes = make([]counts, len(p.Steps))
	}
	for _, each := range p.Maps {
		if each.Tolerate > 0 {
			m.tolerance.Tolerate(each.Name)
		}
	}
	return m
}

// shard hands out the shards in turn.
func (m *counters) shard() *shard {
	return &m.shards[int(m.next.Add(1)-1)%len(m.shards)]
}

// now returns the time since the counters' start. It is the most expensive operation
// here, so a worker reads it only once between two calls.
func (m *counters) now() time.Duration { return time.Since(m.start) }

// expect adds to the calls known to come for the nodes that are themselves stages;
// a negative number takes calls back.
func (m *counters) expect(stages []stage, calls int) {
	for _, s := range stages {
		if s.body == nil {
			m.totals[s.node].calls.Add(int64(calls))
		}
	}
}

// through says that no more calls of the nodes will come.
func (m *counters) through(nodes []int) {
	for _, n := range nodes {
		m.totals[n].through.Store(true)
	}
}

// begin counts a call that begins.
func (s *shard) begin(node int, now time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.nodes[node]
	if c.begun == 0 {
		c.first = now
	}
	c.begun++
}

// ending is how a call went.
type ending struct {
	ok      bool
	stopped bool // neither done nor failed: the run stopped it
	retries int
	took    time.Duration // without its pauses
	in, out int64
}

// end counts a call that ended.
func (s *shard) end(node int, now time.Duration, path []int, e ending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.nodes[node]
	c.last = now
	c.retried += int64(e.retries)
	switch {
	case e.stopped:
		c.stopped++
		return
	case e.ok:
		c.done++
	default:
		c.failed++
	}
	c.in += e.in
	c.out += e.out
	c.busy += e.took
	if e.took > c.max || c.done+c.failed == 1 {
		c.max, c.slowest = e.took, append(c.slowest[:0], path...)
	}
	if c.times == nil && c.done+c.failed > 1 {
		c.times = new(progress.Histogram)
		c.times.Add(c.busy - e.took) // the first call's
	}
	if c.times != nil {
		c.times.Add(e.took)
	}
}

// find counts a call whose result an earlier run stored.
func (s *shard) find(node int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nodes[node].found++
}

// steps returns the current state of each step, in data order.
func (m *counters) steps() []progress.Step {
	all := make([]progress.Step, len(m.plan.Steps))
	for node := range all {
		all[node] = m.step(node)
	}
	return all
}

func (m *counters) step(node int) progress.Step {
	n := m.plan.Steps[node]
	step := progress.Step{
		Name: n.Name, Scope: n.Scope(),
		Total: m.totals[node].calls.Load(), Through: m.totals[node].through.Load(),
	}
	var times progress.Histogram
	for i := range m.shards {
		m.shards[i].addTo(&step, node, &times, m.start)
	}
	step.Median = min(times.Median(), step.Max)
	if step.Done-step.Found+step.Failed == 1 {
		step.Median = step.Max // without the histogram's error
	}
	m.tolerance.Settle(&step)
	return step
}

func (s *shard) addTo(step *progress.Step, node int, times *progress.Histogram, start time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.nodes[node]
	step.Done += c.done + c.found
	step.Found += c.found
	step.Failed += c.failed
	step.Retried += c.retried
	step.Running += c.begun - c.done - c.failed - c.stopped
	step.Busy += c.busy
	step.In += c.in
	step.Out += c.out
	if c.begun > 0 {
		if first := start.Add(c.first); step.First.IsZero() || first.Before(step.First) {
			step.First = first
		}
	}
	if last := start.Add(c.last); c.last > 0 && last.After(step.Last) {
		step.Last = last
	}
	if c.done+c.failed > 0 && (step.Slowest == nil || c.max > step.Max) {
		step.Max, step.Slowest = c.max, slices.Clone(c.slowest)
	}
	switch {
	case c.times != nil:
		times.Merge(c.times)
	case c.done+c.failed == 1:
		times.Add(c.busy)
	}
}
