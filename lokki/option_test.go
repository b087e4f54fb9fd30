package lokki

import (
	"context"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
)

// both is an option for steps and maps that records what it is applied to.
type both struct{ applied *[]*chain.Node }

func (b both) applyStep(n *chain.Node) { *b.applied = append(*b.applied, n) }
func (b both) applyMap(n *chain.Node)  { *b.applied = append(*b.applied, n) }

func list(ctx context.Context, n int) ([]int, error) { return nil, nil }
func same(ctx context.Context, n int) (int, error)   { return n, nil }
func sum(ctx context.Context, n []int) (int, error)  { return 0, nil }

func TestOneOptionForStepsAndMaps(t *testing.T) {
	var applied []*chain.Node
	o := both{&applied}
	flow := Then(Agg(Map(Start(list, 1, o, nil), same, nil, o), sum, o), same, nil, o)
	if len(applied) != 4 {
		t.Fatalf("applied %d times, want 4", len(applied))
	}
	for i, n := 3, chain.NodeOf(flow); n != nil; i, n = i-1, n.From {
		if applied[i] != n {
			t.Errorf("application %d is not that of node %d", i, i)
		}
	}
}
