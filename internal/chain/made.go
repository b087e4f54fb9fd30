package chain

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/lokki-build/lokki/internal/step"
)

// made is a list of nodes in the order in which they were made.
type made struct {
	mu    sync.Mutex
	nodes []*Node
}

func (m *made) add(n *Node) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nodes = append(m.nodes, n)
}

// all returns a copy: other flows may be made while one is built.
func (m *made) all() []*Node {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.nodes)
}

// record adds a new node to those that begin with its start. They belong to one
// flow; only this list connects a node to later ones.
func (n *Node) record() {
	if n.From != nil {
		n.made = n.From.made
	} else {
		n.made = new(made)
		noteStart(n)
	}
	n.made.add(n)
}

var (
	calling sync.Mutex           // held while a flow function is called: one at a time
	starts  atomic.Pointer[made] // its starts; nil while none is called
)

// callFlow calls a flow function and returns the last node of its chain, and
// all starts that were made in the call: their values may have been dropped. A
// panic is an error.
func callFlow(call func() *Node) (last *Node, began []*Node, err error) {
	calling.Lock()
	defer calling.Unlock()
	var own made
	starts.Store(&own)
	defer starts.Store(nil)
	last, err = protectCall(call)
	return last, own.all(), err
}

func protectCall(call func() *Node) (last *Node, err error) {
	defer step.Catch(&err)
	return call(), nil
}

// noteStart tells callFlow about a start. Starts made meanwhile by other goroutines
// don't belong to the flow function.
func noteStart(n *Node) {
	m := starts.Load()
	if m == nil || n.Kind != Start {
		return
	}
	within := symbolOf(protectCall)
	for _, f := range n.Caller.frames() {
		if f.Function == within {
			m.add(n)
			return
		}
	}
}
