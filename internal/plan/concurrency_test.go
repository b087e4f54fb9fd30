package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// TestShares has the maps of small flows share what runs at the same time, and no more.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		what string
		over []string // the step whose list each map takes
		set  []int    // the maps' own concurrency
		want []int
	}{
		{"one map", []string{"start"}, []int{0}, []int{1000}},
		{"two over one list", []string{"start", "start"}, []int{0, 0}, []int{500, 500}},
		{"one beside a map of 400", []string{"start", "start"}, []int{400, 0}, []int{400, 600}},
		{"one beside a map of 5000", []string{"start", "start"}, []int{5000, 0}, []int{5000, 1}},
		{"two in a row", []string{"start", "agg-0"}, []int{0, 0}, []int{1000, 1000}},
		{"one after a map of 5000", []string{"start", "agg-0"}, []int{5000, 0}, []int{5000, 1000}},
	} {
		p := plan.New(rowOfMaps(c.over, c.set))
		for i, m := range p.Maps {
			if m.AtOnce != c.want[i] {
				t.Errorf("%s: map %d runs %d children at once, want %d", c.what, i, m.AtOnce, c.want[i])
			}
		}
	}
}

// rowOfMaps makes a flow of maps of one step, each with an aggregation.
func rowOfMaps(over []string, set []int) graph.Graph {
	step := func(name string, as graph.Source, from string) graph.Node {
		return graph.Node{Step: &graph.Step{Name: name, Function: "e.com/x.S", Position: "f.go:1", Out: "int", Args: []graph.Arg{{As: as, From: from, Type: "int"}}}}
	}
	g := graph.Graph{Version: graph.Version, Flow: "f", Function: "e.com/x.F", Position: "f.go:1", Result: "start"}
	g.Nodes = append(g.Nodes, step("start", graph.Input, ""))
	for i := range over {
		name := fmt.Sprintf("map-%d", i)
		m := &graph.Map{Name: name, Over: over[i], Position: "f.go:1", Nodes: []graph.Node{step(name, graph.Item, name)}}
		m.Concurrency = set[i]
		g.Nodes = append(g.Nodes, graph.Node{Map: m}, step(fmt.Sprintf("agg-%d", i), graph.Results, name))
	}
	return g
}

// TestSharesAreWithinQuota adds up the Lambdas of random flows with branches.
func TestSharesAreWithinQuota(t *testing.T) {
	parallel := 0
	for seed := range uint64(2000) {
		p := plan.New(branching(rand.New(rand.NewPCG(seed, 3))))
		lambdas, beside := demand(p, p.Nodes)
		if beside {
			parallel++
		}
		wide := false
		for _, m := range p.Maps {
			wide = wide || m.AtOnce > 1
		}
		if lambdas > awslimits.Lambdas && wide {
			t.Fatalf("seed %d: %d Lambdas at once", seed, lambdas)
		}
	}
	if parallel < 500 {
		t.Errorf("%d of 2000 flows have parallel maps", parallel)
	}
}

// demand is how many Lambdas the units use at once, and whether maps among them run at
// the same time.
func demand(p *plan.Plan, units []plan.Unit) (lambdas int, beside bool) {
	var walk func(plan.Order) (lambdas, maps int)
	walk = func(o plan.Order) (lambdas, maps int) {
		switch {
		case o.Unit.Step != nil:
			return 1, 0
		case o.Unit.Map != nil:
			inner, _ := demand(p, o.Unit.Map.Nodes)
			return o.Unit.Map.AtOnce * inner, 1
		}
		for _, s := range o.Sequence {
			l, m := walk(s)
			lambdas, maps = max(lambdas, l), max(maps, m)
		}
		for _, s := range o.Parallel {
			l, m := walk(s)
			lambdas, maps = lambdas+l, maps+m
		}
		return lambdas, maps
	}
	order, _ := p.Order(units)
	lambdas, maps := walk(order)
	return lambdas, maps > 1
}

// branching makes a flow of maps, up to three deep, several over one list.
func branching(r *rand.Rand) graph.Graph {
	n := 0
	step := func(a graph.Arg) *graph.Step {
		n++
		a.Type = "int"
		return &graph.Step{Name: fmt.Sprintf("s%d", n), Function: "e.com/x.S", Position: "f.go:1", Out: "int", Args: []graph.Arg{a}}
	}
	var scope func(first graph.Arg, depth int) []graph.Node
	scope = func(first graph.Arg, depth int) []graph.Node {
		steps := []*graph.Step{step(first)}
		nodes := []graph.Node{{Step: steps[0]}}
		for range r.IntN(5 - depth) {
			from := steps[r.IntN(len(steps))].Name
			if r.IntN(3) == 0 || depth == 3 {
				s := step(graph.Arg{As: graph.Value, From: from})
				steps, nodes = append(steps, s), append(nodes, graph.Node{Step: s})
				continue
			}
			m := &graph.Map{Name: fmt.Sprintf("s%d", n+1), Over: from, Position: "f.go:1"}
			m.Nodes = scope(graph.Arg{As: graph.Item, From: m.Name}, depth+1)
			nodes = append(nodes, graph.Node{Map: m})
		}
		return nodes
	}
	g := graph.Graph{Version: graph.Version, Flow: "f", Function: "e.com/x.F", Position: "f.go:1", Result: "s1"}
	g.Nodes = scope(graph.Arg{As: graph.Input}, 0)
	return g
}
