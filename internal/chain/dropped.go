package chain

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/graph"
)

// checkDropped reports the nodes that begin with one of the starts but are not in
// the chain: nothing would run them, since a flow is one chain.
func (b *builder) checkDropped(chain, starts []*Node) {
	place := map[*Node]int{nil: -1} // in the chain
	for i, n := range chain {
		place[n] = i
	}
	reported := map[graph.Problem]bool{} // a loop makes the same call repeatedly
	for _, start := range starts {
		for _, n := range start.made.all() {
			if _, ok := place[n]; ok {
				continue
			}
			fork := n.From
			for _, ok := place[fork]; !ok; _, ok = place[fork] {
				fork = fork.From
			}
			p := graph.Problem{
				Position: n.Caller.Position(),
				Step:     stepName(n),
				What:     "the flow's result doesn't depend on it, so it would never run" + b.goesOn(place[fork]),
				Hint:     "a flow is one chain: put the step into it or remove the call; flows that share steps each call lokki.Start",
			}
			if !reported[p] {
				reported[p] = true
				b.report(p)
			}
		}
	}
}

// goesOn says how the flow continues after the node at the given place, or how it
// begins, for -1.
func (b *builder) goesOn(from int) string {
	nodes := b.steps
	switch {
	case len(nodes) == 0:
		return ""
	case from < 0:
		return fmt.Sprintf(": the flow begins with step %s at %s", nodes[0].Name, nodes[0].Position)
	case from == len(nodes)-1:
		return fmt.Sprintf(": the flow ends with step %s at %s", nodes[from].Name, nodes[from].Position)
	}
	return fmt.Sprintf(": after step %s the flow continues with step %s at %s", nodes[from].Name, nodes[from+1].Name, nodes[from+1].Position)
}

// stepName returns the name of a node that isn't in the graph.
func stepName(n *Node) string {
	_, ident := split(n.Symbol)
	if name, err := graph.Name(ident); err == nil {
		return name
	}
	if ident == "" {
		return string(n.Kind)
	}
	return ident
}
