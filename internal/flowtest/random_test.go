package flowtest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/lokki-build/lokki/internal/graph"
)

func TestRandomFlowsAreValidAndHaveEverything(t *testing.T) {
	total := map[string]int{}
	for seed := range uint64(200) {
		g := Random(seed)
		if err := g.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !reflect.DeepEqual(g, Random(seed)) {
			t.Fatalf("seed %d makes two flows", seed)
		}
		for name, n := range shape(g) {
			total[name] += n
		}
	}
	for _, name := range []string{
		"step used again", "map 1 deep", "map 2 deep", "map 3 deep", "map 4 deep", "map 5 deep", "map over an aggregation",
		"aggregation of an aggregation", "step inside a map", "step after a map", "step before a map",
		"timeout", "retry", "retry of all", "batch", "concurrency", "concurrency outside", "tolerate", "express",
		"express with timeout", "no defaults",
	} {
		if total[name] < 5 {
			t.Errorf("200 flows have %d of %q", total[name], name)
		}
	}
}

// shape counts the features of a flow, by name.
func shape(g graph.Graph) map[string]int {
	has := map[string]int{}
	uses := map[string]int{}
	for i, n := range g.Nodes {
		note := func(name string, it bool) {
			if it {
				has[name]++
			}
		}
		uses[n.Function]++
		note("step used again", uses[n.Function] > 1)
		note(fmt.Sprintf("map %d deep", len(n.Scope)), n.Kind == graph.Map)
		note("map over an aggregation", n.Kind == graph.Map && g.Nodes[i-1].Kind == graph.Agg)
		note("aggregation of an aggregation", n.Kind == graph.Agg && g.Nodes[i-1].Kind == graph.Agg)
		note("step inside a map", n.Kind == graph.Then && len(n.Scope) > 0)
		note("step after a map", n.Kind == graph.Then && g.Nodes[i-1].Kind == graph.Agg)
		note("step before a map", n.Kind == graph.Map && g.Nodes[i-1].Kind == graph.Then)
		note("timeout", n.Timeout > 0)
		note("retry", len(n.Retry) > 0)
		note("retry of all", slices.ContainsFunc(n.Retry, func(r graph.Retry) bool { return r.Errors[0] == "States.ALL" }))
		note("batch", n.Batch > 1)
		note("concurrency", n.Concurrency > 0)
		note("concurrency outside", n.Concurrency > 0 && holdsMap(g.Nodes[i:]))
		note("tolerate", n.Tolerate > 0)
		note("express", n.Express)
		note("express with timeout", n.Timeout > 0 && inExpress(g.Nodes, n))
		note("no defaults", n.Kind == graph.Start && n.Defaults == nil)
	}
	return has
}
