package flowtest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
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
	steps := plan.New(g).Steps
	for i, n := range steps {
		note := func(name string, it bool) {
			if it {
				has[name]++
			}
		}
		before := ""
		if i > 0 {
			before = steps[i-1].Verb()
		}
		uses[n.Function]++
		note("step used again", uses[n.Function] > 1)
		note("step inside a map", n.Verb() == "then" && n.In != nil)
		note("step after a map", n.Verb() == "then" && before == "agg")
		note("aggregation of an aggregation", n.Verb() == "agg" && before == "agg")
		note("timeout", n.Timeout > 0)
		note("retry", len(n.Retry) > 0)
		note("retry of all", slices.ContainsFunc(n.Retry, func(r graph.Retry) bool { return r.Errors[0] == "States.ALL" }))
		note("express with timeout", n.Timeout > 0 && n.In != nil && n.In.Express)
		note("no defaults", i == 0 && n.Defaults == nil)
		m := n.Opens
		if m == nil {
			continue
		}
		note(fmt.Sprintf("map %d deep", len(n.Around())), true)
		note("map over an aggregation", before == "agg")
		note("step before a map", before == "then")
		note("batch", m.Batch > 1)
		note("concurrency", m.Concurrency > 0)
		note("concurrency outside", m.Concurrency > 0 && m.HoldsMap())
		note("tolerate", m.Tolerate > 0)
		note("express", m.Express)
	}
	return has
}
