package engine

import "github.com/lokki-build/lokki/internal/graph"

// stage is a node to call, or a map: the stages to run for each of its children,
// the first of which is the node that opened it.
type stage struct {
	node  int // index in the graph
	split int // how many items one child takes, if the next map takes the node's list; otherwise 0
	body  []stage
}

// plan turns the brackets of a valid graph into stages. The aggregation is the
// stage after its map: a step like any other, applied to the list of results.
func plan(g graph.Graph) []stage {
	levels := [][]stage{nil}
	for i, n := range g.Nodes {
		switch last := len(levels) - 1; n.Kind {
		case graph.Map:
			levels = append(levels, nil)
		case graph.Agg:
			levels[last-1] = append(levels[last-1], stage{body: levels[last]})
			levels = levels[:last]
		}
		s := stage{node: i}
		if i+1 < len(g.Nodes) && g.Nodes[i+1].Kind == graph.Map {
			s.split = g.Nodes[i+1].BatchSize()
		}
		last := len(levels) - 1
		levels[last] = append(levels[last], s)
	}
	return levels[0]
}

// nodes lists the indices of the nodes in a stage in data order.
func (s stage) nodes() []int {
	if s.body == nil {
		return []int{s.node}
	}
	var all []int
	for _, inner := range s.body {
		all = append(all, inner.nodes()...)
	}
	return all
}
