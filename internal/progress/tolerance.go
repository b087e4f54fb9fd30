package progress

import (
	"slices"
	"sync"
)

// Tolerance knows which maps of a flow tolerate failures. It is safe for
// concurrent use.
type Tolerance struct {
	mu   sync.Mutex
	maps []string // names of those within their limit
}

// Tolerate adds a map.
func (t *Tolerance) Tolerate(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.maps = append(t.maps, name)
}

// Exceed records that a map has had more failures than it tolerates.
func (t *Tolerance) Exceed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.maps = slices.DeleteFunc(t.maps, func(m string) bool { return m == name })
}

// Settle counts a step's failures as tolerated if one of the maps around it
// tolerates them.
func (t *Tolerance) Settle(s *Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.ContainsFunc(s.Scope, func(name string) bool { return slices.Contains(t.maps, name) }) {
		s.Failed, s.Tolerated = 0, s.Tolerated+s.Failed
	}
}
