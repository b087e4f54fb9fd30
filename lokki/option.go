package lokki

import "github.com/lokki-build/lokki/internal/chain"

// StepOption changes how one step runs. It is also a MapOption: there it applies
// to the step that the map begins with.
type StepOption interface {
	MapOption
	applyStep(*chain.Node)
}

// MapOption changes how a map, or the step that it begins with, runs.
type MapOption interface{ applyMap(*chain.Node) }

// stepOption and mapOption are the options, as functions on a node that
// nothing refers to yet.
type (
	stepOption func(*chain.Node)
	mapOption  func(*chain.Node)
)

func (o stepOption) applyStep(n *chain.Node) { o(n) }
func (o stepOption) applyMap(n *chain.Node)  { o(n) }
func (o mapOption) applyMap(n *chain.Node)   { o(n) }

func withStep(n *chain.Node, opts []StepOption) *chain.Node {
	for _, o := range opts {
		if o != nil {
			o.applyStep(n)
		}
	}
	return n
}

func withMap(n *chain.Node, opts []MapOption) *chain.Node {
	for _, o := range opts {
		if o != nil {
			o.applyMap(n)
		}
	}
	return n
}
