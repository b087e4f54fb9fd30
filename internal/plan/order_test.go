package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// TestOrder arranges 20,000 random orders and checks each against the edges of its graph.
func TestOrder(t *testing.T) {
	exact, extra, pairs := 0, 0, 0
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := plan.New(randomDAG(r, 2+r.IntN(11), 0.1+0.5*r.Float64()))
		needs := reach(p.Graph)
		order, added := p.Order(p.Nodes)
		runs := check(t, seed, order, len(p.Nodes))
		waits := map[[2]string]bool{}
		for _, w := range added {
			waits[[2]string{w.For.Name(), w.Unit.Name()}] = true
		}
		for a := range needs {
			for b := range needs {
				edge := [2]string{a, b}
				ordered, needed := runs[edge], needs[a][b]
				switch {
				case needed && !ordered:
					t.Fatalf("seed %d: %s needs %s and may run before it", seed, b, a)
				case needed && waits[edge]:
					t.Fatalf("seed %d: that %s waits for %s is reported as added, but it is needed", seed, b, a)
				case ordered && !needed && !waits[edge]:
					t.Fatalf("seed %d: %s waits for %s unreported", seed, b, a)
				case waits[edge] && !ordered:
					t.Fatalf("seed %d: %s doesn't wait for %s, as reported", seed, b, a)
				}
				if a < b && !needs[a][b] && !needs[b][a] {
					pairs++
				}
			}
		}
		if free := !hasN(needs); free != (len(added) == 0) {
			t.Fatalf("seed %d: no N is %v, but %d waits are added", seed, free, len(added))
		}
		if len(added) == 0 {
			exact++
		}
		extra += len(added)
	}
	if exact < 12_700 || 1000*extra > 132*pairs { // more of either is a better choice of cuts
		t.Errorf("%d orders are exact and %d of %d free pairs wait", exact, extra, pairs)
	}
}

// check returns the pairs that run one after the other, and fails unless each unit is there once.
func check(t *testing.T, seed uint64, o plan.Order, units int) map[[2]string]bool {
	t.Helper()
	pairs := map[[2]string]bool{}
	var walk func(plan.Order) []string
	walk = func(o plan.Order) (all []string) {
		kinds := 0
		if o.Unit.Step != nil || o.Unit.Map != nil {
			kinds++
			all = append(all, o.Unit.Name())
		}
		for _, parts := range [][]plan.Order{o.Sequence, o.Parallel} {
			if parts == nil {
				continue
			}
			kinds++
			if len(parts) < 2 {
				t.Fatalf("seed %d: a group of %d", seed, len(parts))
			}
		}
		if kinds != 1 {
			t.Fatalf("seed %d: %d kinds", seed, kinds)
		}
		for _, s := range o.Sequence {
			names := walk(s)
			for _, a := range all {
				for _, b := range names {
					pairs[[2]string{a, b}] = true
				}
			}
			all = append(all, names...)
		}
		for _, s := range o.Parallel {
			all = append(all, walk(s)...)
		}
		return all
	}
	all := walk(o)
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != units || len(all) != units {
		t.Fatalf("seed %d: %d units, want %d", seed, len(all), units)
	}
	return pairs
}

func hasN(needs map[string]map[string]bool) bool {
	rel := func(a, b string) bool { return needs[a][b] || needs[b][a] }
	for a := range needs {
		for c := range needs[a] {
			for b := range needs {
				if b == a || b == c || !needs[b][c] || rel(a, b) {
					continue
				}
				for d := range needs[b] {
					if d != c && d != a && !rel(a, d) && !rel(c, d) {
						return true
					}
				}
			}
		}
	}
	return false
}

// reach walks the edges; it shares nothing with the package.
func reach(g graph.Graph) map[string]map[string]bool {
	needs := map[string]map[string]bool{}
	for _, n := range g.Nodes {
		needs[n.Name()] = map[string]bool{}
	}
	for _, n := range g.Nodes {
		for _, a := range n.Step.Args {
			if a.From == "" {
				continue
			}
			needs[a.From][n.Name()] = true
			for x := range needs {
				if needs[x][a.From] {
					needs[x][n.Name()] = true
				}
			}
		}
	}
	return needs
}

func randomDAG(r *rand.Rand, n int, density float64) graph.Graph {
	g := graph.Graph{Version: graph.Version, Flow: "f", Function: "e.com/x.F", Position: "f.go:1"}
	for i := range n {
		s := &graph.Step{Name: fmt.Sprintf("s%03d", i), Function: "e.com/x.S", Position: "f.go:1", Out: "int"}
		if i == 0 {
			s.Args = []graph.Arg{{As: graph.Input, Type: "int"}}
		}
		for k := range i {
			if r.Float64() < density {
				s.Args = append(s.Args, graph.Arg{As: graph.Value, From: g.Nodes[k].Name(), Type: "int"})
			}
		}
		if len(s.Args) == 0 {
			s.Args = []graph.Arg{{As: graph.Value, From: "s000", Type: "int"}}
		}
		g.Nodes = append(g.Nodes, graph.Node{Step: s})
		g.Result = s.Name
	}
	return g
}

// BenchmarkOrder arranges 200 steps, which must take well under 50 ms.
func BenchmarkOrder(b *testing.B) {
	p := plan.New(randomDAG(rand.New(rand.NewPCG(1, 1)), 200, 0.05))
	for b.Loop() {
		p.Order(p.Nodes)
	}
}

// TestChainIsASequence has random chains run in the order of their calls.
func TestChainIsASequence(t *testing.T) {
	for seed := range uint64(200) {
		p := plan.New(flowtest.Random(seed))
		scopes := [][]plan.Unit{p.Nodes}
		for _, m := range p.Maps {
			scopes = append(scopes, m.Nodes)
		}
		for _, units := range scopes {
			order, added := p.Order(units)
			parts := order.Sequence
			if len(units) == 1 {
				parts = []plan.Order{order}
			}
			same := slices.EqualFunc(parts, units, func(o plan.Order, u plan.Unit) bool { return o.Unit == u })
			if !same || len(added) > 0 {
				t.Fatalf("seed %d: got %+v and %v, want the units in order", seed, order, added)
			}
		}
	}
}
