package progress

import (
	"slices"
	"sync"
)

// Tolerance knows the maps of a flow that tolerate failures. It may be used
// concurrently.
type Tolerance struct {
	mu   sync.Mutex
	maps []string // names of those that have not had too many
}

// Tolerate adds a map.
func (t *Tolerance) Tolerate(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.maps = append(t.maps, name)
}

// Exceed says that a map has had more failures than it tolerates.
func (t *Tolerance) Exceed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.maps = slices.DeleteFunc(t.maps, func(m string) bool { return m == name })
}

// Settle makes the failures of a step tolerated ones, if one of the maps around it
// tolerates them.
func (t *Tolerance) Settle(s *Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.ContainsFunc(s.Scope, func(name string) bool { return slices.Contains(t.maps, name) }) {
		s.Failed, s.Tolerated = 0, s.Tolerated+s.Failed
	}
}
