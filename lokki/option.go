package lokki

import "github.com/lokki-build/lokki/internal/chain"

// StepOption changes how one step runs. An option may be a MapOption too.
type StepOption interface{ applyStep(*chain.Node) }

// MapOption changes how a map, or the step that it begins with, runs.
type MapOption interface{ applyMap(*chain.Node) }

// withStep applies the options to a node that nothing refers to yet.
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
