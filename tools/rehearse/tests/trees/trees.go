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
	v := lokki.Start(steps[letter(g.Nodes[0])], Tree{{}, {{}}})
	chain.NodeOf(v).Options = g.Nodes[0].Options
	v, _ = top(v, g.Nodes[1:])
	return v
}

func letter(n graph.Node) int {
	return int(strings.ToUpper(n.Function)[len(n.Function)-1]-'A') % len(steps)
}

// top and the levels below take nodes until the map around them is closed, and
// return the remaining ones. Each depth needs its own type.
func top[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, level1[lokki.Each[S]])
}

func level1[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, level2[lokki.Each[S]])
}

func level2[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, level3[lokki.Each[S]])
}

func level3[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, level4[lokki.Each[S]])
}

func level4[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, level5[lokki.Each[S]])
}

func level5[S any](v lokki.Value[S, Tree], nodes []graph.Node) (lokki.Value[S, Tree], []graph.Node) {
	return level(v, nodes, func(lokki.Value[lokki.Each[S], Tree], []graph.Node) (lokki.Value[lokki.Each[S], Tree], []graph.Node) {
		panic("maps are nested deeper than the levels here")
	})
}

// level takes the nodes of one scope; below takes those of a map in it.
func level[S any](
	v lokki.Value[S, Tree], nodes []graph.Node,
	below func(lokki.Value[lokki.Each[S], Tree], []graph.Node) (lokki.Value[lokki.Each[S], Tree], []graph.Node),
) (lokki.Value[S, Tree], []graph.Node) {
	for len(nodes) > 0 {
		n := nodes[0]
		switch n.Kind {
		case graph.Agg: // closes the map around this scope
			return v, nodes
		case graph.Then:
			v = lokki.Then(v, steps[letter(n)])
			chain.NodeOf(v).Options = n.Options
			nodes = nodes[1:]
		case graph.Map:
			inner := lokki.Map(v, steps[letter(n)])
			chain.NodeOf(inner).Options = n.Options
			inner, rest := below(inner, nodes[1:])
			v = lokki.Agg(inner, aggregations[letter(rest[0])])
			chain.NodeOf(v).Options = rest[0].Options
			nodes = rest[1:]
		}
	}
	return v, nil
}
