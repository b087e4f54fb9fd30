package rehearse

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// meter follows a flow's steps through the invocations of their functions. A
// call is what one child of a map has a step do, with all its attempts: a batch
// of items is one call.
type meter struct {
	plan   *plan.Plan
	report func(progress.Call)

	tolerance progress.Tolerance

	mu    sync.Mutex
	steps []progress.Step
	times []progress.Histogram
	calls map[at]*call // under way
	ended map[at]end   // finished
	lists map[at]int   // lengths of the lists that maps take, by the call that returned them
}

// at identifies a call: a step and a map path.
type at struct {
	step int
	path string
}

// end is how a call ended.
type end int

const (
	endFound  end = iota + 1 // in an earlier run
	endDone                  // in this run
	endFailed                // for good
)

// call is a call that has started.
type call struct {
	tries      int
	began, end time.Time     // of the last attempt
	took       time.Duration // all attempts
}

func newMeter(p *plan.Plan) *meter {
	m := &meter{
		plan: p, report: func(progress.Call) {},
		steps: make([]progress.Step, len(p.Steps)), times: make([]progress.Histogram, len(p.Steps)),
		calls: map[at]*call{}, ended: map[at]end{}, lists: map[at]int{},
	}
	for i, s := range p.Steps {
		m.steps[i] = progress.Step{Name: s.Name, Scope: s.Scope()}
		if s.In == nil {
			m.steps[i].Total = 1
		}
	}
	for _, each := range p.Maps {
		if each.Tolerate > 0 {
			m.tolerance.Tolerate(each.Name)
		}
	}
	return m
}

// snapshot returns the state of the steps.
func (m *meter) snapshot() []progress.Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.steps)
	for i := range all {
		all[i].Median = min(m.times[i].Median(), all[i].Max)
		if all[i].Done-all[i].Found+all[i].Failed == 1 {
			all[i].Median = all[i].Max // without the histogram's error
		}
		all[i].Slowest = slices.Clone(all[i].Slowest)
		m.tolerance.Settle(&all[i])
	}
	return all
}

// place finds the call that a payload belongs to.
func (m *meter) place(payload []byte) (envelope.Request, at, bool) {
	var r envelope.Request
	_ = json.Unmarshal(payload, &r) // the step reports what is wrong with it
	s := m.plan.Step(r.Step)
	if s == nil {
		return r, at{}, false
	}
	return r, at{s.Index, r.Path}, true
}

// begin counts an attempt; the caller passes the response's length to the
// function that it returns.
func (m *meter) begin(payload []byte) (end func(out int)) {
	_, key, ok := m.place(payload)
	if !ok {
		return func(int) {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, c := &m.steps[key.step], m.calls[key]
	now := time.Now()
	if c != nil {
		s.Retried++
	} else {
		c = &call{}
		m.calls[key] = c
		m.first(s, key, now)
	}
	c.tries++
	c.began = now
	s.In += int64(len(payload))
	return func(out int) {
		m.mu.Lock()
		defer m.mu.Unlock()
		c.end = time.Now()
		c.took += c.end.Sub(c.began)
		s.Out += int64(out)
	}
}

// first counts a call that starts. A redriven child of an Express map repeats all its
// calls, and a map that is tried again those of all its children.
func (m *meter) first(s *progress.Step, key at, now time.Time) {
	s.Running++
	s.Through = false
	if s.First.IsZero() {
		s.First = now
	}
	switch m.ended[key] {
	case endFound:
		s.Found--
		s.Done--
	case endDone:
		s.Done--
		s.Retried++
	case endFailed:
		s.Failed--
		s.Retried++
		m.expectAgain(key.step)
	}
	delete(m.ended, key)
	if len(s.Scope) == 0 { // everything before it has ended
		for i := range key.step {
			m.steps[i].Through = true
		}
	}
}

// tried counts the outcome of an attempt.
func (m *meter) tried(t interpreter.Try) {
	r, key, ok := m.place(t.Payload)
	if !ok {
		return
	}
	m.mu.Lock()
	c := m.calls[key]
	if c == nil { // already counted
		m.mu.Unlock()
		return
	}
	if !t.Again {
		delete(m.calls, key)
		m.over(key, c, t)
	}
	m.mu.Unlock()
	var f *interpreter.Failure
	if errors.As(t.Err, &f) {
		index, message := m.locate(r, messageOf(f))
		m.report(progress.Call{
			Step: r.Step, Index: index, Attempt: c.tries, Begin: c.began, End: c.end,
			Err: failure.Name(f.Name, errors.New(message)), Again: t.Again,
		})
	}
}

// over counts a call that has ended.
func (m *meter) over(key at, c *call, t interpreter.Try) {
	s := &m.steps[key.step]
	s.Running--
	s.Last = time.Now()
	var f *interpreter.Failure
	switch {
	case t.Err == nil:
		s.Done++
		m.ended[key] = endDone
		m.expect(key, t.Reply)
	case errors.As(t.Err, &f):
		s.Failed++
		m.ended[key] = endFailed
		m.withdraw(key.step)
	default:
		return // stopped: neither done nor failed
	}
	s.Busy += c.took
	m.times[key.step].Add(c.took)
	if c.took > s.Max || s.Slowest == nil {
		s.Max, s.Slowest = c.took, indices(key.path)
	}
	s.Through = s.Failed == 0 && s.Running == 0 && len(s.Scope) < 2 && s.Total > 0 && s.Done >= s.Total
}

// expect adds the children of a list that maps take to the calls of the steps in the
// maps.
func (m *meter) expect(key at, reply []byte) {
	maps := m.plan.Steps[key.step].MappedBy
	if len(maps) == 0 {
		return
	}
	var r envelope.Reply
	if err := json.Unmarshal(reply, &r); err != nil || r.Count == nil {
		return
	}
	for _, each := range maps {
		size := each.BatchSize()
		children := func(items int) int { return (items + size - 1) / size }
		more := children(*r.Count) - children(m.lists[key])
		first := each.First().Index
		m.steps[first].Total += int64(more)
		m.add(first, more)
	}
	m.lists[key] = *r.Count
}

// withdraw subtracts the calls that won't follow a failed call of a step.
func (m *meter) withdraw(failed int) {
	if m.plan.Steps[failed].In != nil {
		m.add(failed, -1)
	}
}

// expectAgain undoes withdraw for a call that is tried again.
func (m *meter) expectAgain(failed int) {
	if m.plan.Steps[failed].In != nil {
		m.add(failed, 1)
	}
}

// add changes the expected calls of the steps after one, in the same map but
// not in maps inside it.
func (m *meter) add(after, calls int) {
	for i, s := range m.plan.Steps[after+1:] {
		if s.In == m.plan.Steps[after].In {
			m.steps[after+1+i].Total += int64(calls)
		}
	}
}

// mapFailed records that a run of a map has failed.
func (m *meter) mapFailed(name string) {
	failed := m.plan.Map(name)
	if failed == nil {
		return
	}
	m.tolerance.Exceed(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	if failed.In != nil && failed.Closed != nil { // it won't run either
		m.steps[failed.Closed.Index].Total--
		m.withdraw(failed.Closed.Index)
	}
}

// finish marks all steps as complete.
func (m *meter) finish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.steps {
		m.steps[i].Through = true
	}
}

// replay counts a call that an earlier run completed.
func (m *meter) replay(payload, reply []byte) {
	_, key, ok := m.place(payload)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.expect(key, reply)
	if s := &m.steps[key.step]; m.ended[key] != endFound {
		m.ended[key] = endFound
		s.Done++
		s.Found++
		s.Through = len(s.Scope) == 0
	}
}
