// Package trees has runnable flows for tests: a step of any kind takes a tree
// and returns one, so steps can come in any order and number, in maps of any
// depth.
package trees

import (
	"hash/fnv"
	"strings"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/lokki"
)

// Tree is a list of trees; as JSON it is nested lists. A map's items are its
// branches.
type Tree []Tree

// maxBranches limits a map, because nested maps multiply.
const maxBranches = 3

// change makes another tree, with 0 to 3 branches, from everything in t.
func change(t []Tree, by int) Tree {
	h := fnv.New32a()
	h.Write([]byte{byte(by)})
	text(h.Write, t)
	sum := h.Sum32()
	out := Tree{}
	for range sum % (maxBranches + 1) {
		sum = sum*1664525 + 1013904223
		branch := Tree{}
		for range sum >> 16 % 4 {
			branch = append(branch, Tree{})
		}
		out = append(out, branch)
	}
	return out
}

func text(write func([]byte) (int, error), t []Tree) {
	write([]byte{'['})
	for _, branch := range t {
		text(write, branch)
	}
	write([]byte{']'})
}

// Flow makes a flow of the same shape as a graph, with its options. A function's
// last letter selects the step.
func Flow(g graph.Graph) lokki.Flow[Tree] {
	first := *g.Nodes[0].Step
	v := lokki.Start(steps[letter(first)], Tree{{}, {{}}})
	setOptions(v, first, graph.MapOptions{})
	return top(v, g.Nodes[1:])
}

func letter(n graph.Step) int {
	return int(strings.ToUpper(n.Function)[len(n.Function)-1]-'A') % len(steps)
}

func setOptions[S any](v lokki.Value[S, Tree], n graph.Step, of graph.MapOptions) {
	chain.NodeOf(v).Options = chain.Options{StepOptions: n.StepOptions, MapOptions: of}
}

// top and the levels below continue with the nodes of a scope. Each depth needs its
// own type.
func top[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, level1[lokki.Each[S]])
}

func level1[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, level2[lokki.Each[S]])
}

func level2[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, level3[lokki.Each[S]])
}

func level3[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, level4[lokki.Each[S]])
}

func level4[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, level5[lokki.Each[S]])
}

func level5[S any](v lokki.Value[S, Tree], nodes []graph.Node) lokki.Value[S, Tree] {
	return level(v, nodes, func(lokki.Value[lokki.Each[S], Tree], []graph.Node) lokki.Value[lokki.Each[S], Tree] {
		panic("maps are nested deeper than the levels here")
	})
}

// level takes the nodes of one scope; below takes those of a map in it, after the first.
func level[S any](
	v lokki.Value[S, Tree], nodes []graph.Node,
	below func(lokki.Value[lokki.Each[S], Tree], []graph.Node) lokki.Value[lokki.Each[S], Tree],
) lokki.Value[S, Tree] {
	for i := 0; i < len(nodes); i++ {
		if m := nodes[i].Map; m != nil {
			first := *m.Nodes[0].Step
			inner := lokki.Map(v, steps[letter(first)])
			setOptions(inner, first, m.MapOptions)
			inner = below(inner, m.Nodes[1:])
			i++ // to the aggregation
			v = lokki.Agg(inner, aggregations[letter(*nodes[i].Step)])
		} else {
			v = lokki.Then(v, steps[letter(*nodes[i].Step)])
		}
		setOptions(v, *nodes[i].Step, graph.MapOptions{})
	}
	return v
}
