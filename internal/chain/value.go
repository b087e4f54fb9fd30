package chain

// Value is a value of a flow: a lokki.Value of any type, or the node that computes
// it. The method is unexported, so that users can't call it.
type Value interface{ last() *Node }

// Handle makes the type that embeds it a Value.
type Handle struct{ node *Node }

// HandleOf makes the handle of the value that a node computes.
func HandleOf(n *Node) Handle { return Handle{n} }

func (h Handle) last() *Node { return h.node }
func (n *Node) last() *Node  { return n }

// NodeOf returns the node that computes a value; nil for the zero value.
func NodeOf(v Value) *Node { return v.last() }
