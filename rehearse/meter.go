package rehearse

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki/graph"
	"github.com/lokki-build/lokki/rehearse/asl"
)

// meter follows a flow's steps by the invocations of their functions. A call is
// an invocation here: for a batch of items there is one.
type meter struct {
	graph  graph.Graph
	index  map[string]int // of the nodes by name
	report func(progress.Call)

	mu    sync.Mutex
	steps []progress.Step
	times []progress.Histogram
}

func newMeter(g graph.Graph) *meter {
	m := &meter{graph: g, index: map[string]int{}, report: func(progress.Call) {},
		steps: make([]progress.Step, len(g.Nodes)), times: make([]progress.Histogram, len(g.Nodes))}
	for i, n := range g.Nodes {
		m.index[n.Name] = i
		m.steps[i] = progress.Step{Name: n.Name, Scope: n.Scope}
		if len(n.Scope) == 0 {
			m.steps[i].Total = 1
		}
	}
	return m
}

// snapshot says where the steps stand.
func (m *meter) snapshot() []progress.Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.steps)
	for i := range all {
		all[i].Median = min(m.times[i].Median(), all[i].Max)
		all[i].Slowest = slices.Clone(all[i].Slowest)
	}
	return all
}

// begin counts an invocation; the function it returns ends it.
func (m *meter) begin(payload []byte) (end func(reply []byte, err error)) {
	var r envelope.Request
	_ = json.Unmarshal(payload, &r) // the step refuses what is wrong with it
	i, ok := m.index[r.Step]
	if !ok {
		return func([]byte, error) {}
	}
	began := time.Now()
	m.mu.Lock()
	s := &m.steps[i]
	s.Running++
	if s.First.IsZero() {
		s.First = began
	}
	if r.Attempt > 0 {
		s.Retried++
		s.Failed-- // it was counted as one that failed for good
	}
	m.mu.Unlock()
	return func(reply []byte, err error) {
		m.end(i, r, began, payload, reply, err)
	}
}

func (m *meter) end(i int, r envelope.Request, began time.Time, payload, reply []byte, err error) {
	now := time.Now()
	took := now.Sub(began)
	m.mu.Lock()
	s := &m.steps[i]
	s.Running--
	s.Last = now
	s.In += int64(len(payload))
	s.Out += int64(len(reply))
	s.Busy += took
	m.times[i].Add(took)
	if took > s.Max {
		s.Max, s.Slowest = took, indices(r.Path)
	}
	if err == nil {
		s.Done++
		m.expect(i, reply)
	} else {
		s.Failed++
	}
	s.Through = s.Total > 0 && s.Done+s.Failed >= s.Total && s.Running == 0 && len(s.Scope) < 2
	m.mu.Unlock()
	if err != nil {
		var f *asl.Failure
		if errors.As(err, &f) {
			err = errors.New(causeOf(f))
		}
		m.report(progress.Call{Step: r.Step, Index: indices(r.Path), Attempt: r.Attempt + 1, Begin: began, End: now, Err: err})
	}
}

// expect adds the children of a list that is mapped next to the calls of the
// steps in the map.
func (m *meter) expect(i int, reply []byte) {
	if i+1 == len(m.graph.Nodes) || m.graph.Nodes[i+1].Kind != graph.Map {
		return
	}
	var r envelope.Reply
	if err := json.Unmarshal(reply, &r); err != nil || r.Count == nil {
		return
	}
	opened := m.graph.Nodes[i+1]
	children := (*r.Count + opened.BatchSize() - 1) / opened.BatchSize()
	for k, n := range m.graph.Nodes[i+1:] {
		if slices.Equal(n.Scope, opened.Scope) {
			m.steps[i+1+k].Total += int64(children)
		}
		if len(n.Scope) < len(opened.Scope) {
			return // the aggregation
		}
	}
}

// indices reads a map path.
func indices(path string) []int {
	var all []int
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if n, err := strconv.Atoi(part); err == nil {
			all = append(all, n)
		}
	}
	return all
}
