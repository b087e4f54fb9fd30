package rehearse

import (
	"slices"
	"strings"
	"sync"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// MapRuns are the runs of one map; a nested map has many.
type MapRuns struct {
	State                              string // the map's name
	Runs, Unfinished                   int
	Children, Succeeded, Failed, Other int
}

// mapRuns keeps the last counts of each map run.
type mapRuns struct {
	mu   sync.Mutex
	open map[string]interpreter.MapRun // by ARN
	sums map[string]*MapRuns           // of the ended runs, by state
}

func newMapRuns() *mapRuns {
	return &mapRuns{open: map[string]interpreter.MapRun{}, sums: map[string]*MapRuns{}}
}

// note records the counts of a map run, which come in order.
func (m *mapRuns) note(r interpreter.MapRun) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Status == interpreter.Running {
		m.open[r.ARN] = r
		return
	}
	delete(m.open, r.ARN)
	m.sum(m.sums, r)
}

func (m *mapRuns) sum(sums map[string]*MapRuns, r interpreter.MapRun) {
	s := sums[r.State]
	if s == nil {
		s = &MapRuns{State: r.State}
		sums[r.State] = s
	}
	s.Runs++
	if r.Status == interpreter.Running {
		s.Unfinished++
	}
	s.Children += r.Total
	s.Succeeded += r.Succeeded
	s.Failed += r.Failed + r.TimedOut // a map tolerates both
	s.Other += r.Total - r.Succeeded - r.Failed - r.TimedOut
}

// all returns the sums by the maps' names.
func (m *mapRuns) all() []MapRuns {
	m.mu.Lock()
	defer m.mu.Unlock()
	for arn, r := range m.open {
		m.sum(m.sums, r)
		delete(m.open, arn)
	}
	var all []MapRuns
	for _, s := range m.sums {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b MapRuns) int { return strings.Compare(a.State, b.State) })
	return all
}
