package runner

import (
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/graph"
)

// Num is what random flows pass on. Their steps depend on the order of lists.
type Num struct{ N uint32 }

func NumToNum(ctx context.Context, v Num) (Num, error) { return Num{v.N*31 + 7}, nil }
func NumToList(ctx context.Context, v Num) ([]Num, error) {
	list := make([]Num, v.N%6)
	for i := range list {
		list[i].N = v.N*17 + uint32(i)*13
	}
	return list, nil
}
func ListToNum(ctx context.Context, list []Num) (Num, error) {
	sum := uint32(len(list))
	for _, v := range list {
		sum = sum*37 + v.N
	}
	return Num{sum}, nil
}
func ListToList(ctx context.Context, list []Num) ([]Num, error) {
	if len(list) > 0 {
		list[0].N++ // no other step may see this
	}
	slices.Reverse(list)
	return list, nil
}
func ListsToNum(ctx context.Context, lists [][]Num) (Num, error) {
	return ListToNum(ctx, slices.Concat(lists...))
}
func ListsToList(ctx context.Context, lists [][]Num) ([]Num, error) {
	sums := []Num{{uint32(len(lists))}}
	for _, list := range lists {
		sum, _ := ListToNum(ctx, list)
		sums = append(sums, sum)
	}
	return sums, nil
}

// op is a step, as a node of a flow and as a function for the naive evaluation.
type op struct {
	kinds []chain.Kind
	in    reflect.Type
	node  func(from *chain.Node, kind chain.Kind, caller chain.Frame) *chain.Node
	plain func(in any) any
}

func newOp[In, Out any](step func(context.Context, In) (Out, error), kinds ...chain.Kind) op {
	return op{
		kinds: kinds,
		in:    reflect.TypeFor[In](),
		node: func(from *chain.Node, kind chain.Kind, caller chain.Frame) *chain.Node {
			n := chain.New(from, kind, step, caller)
			if kind == chain.Map {
				n.List = reflect.SliceOf(n.In)
			}
			return n
		},
		plain: func(in any) any { out, _ := step(context.Background(), in.(In)); return out },
	}
}

var ops = []op{
	newOp(NumToNum, chain.Then, chain.Map),
	newOp(NumToList, chain.Then, chain.Map),
	newOp(ListToNum, chain.Then, chain.Agg),
	newOp(ListToList, chain.Then, chain.Agg),
	newOp(ListsToNum, chain.Agg),
	newOp(ListsToList, chain.Agg),
}

// randomFlow is a flow, its steps, and the names of its nodes.
type randomFlow struct {
	chain.Flow
	ops []op
}

// RandomFlow chains steps of matching types, with valid options.
func RandomFlow(t *testing.T, r *rand.Rand) randomFlow {
	for {
		f, last := randomChain(r, chain.Caller(0))
		var err error
		if f.Flow, err = chain.Build(last); err == nil {
			return f
		}
		// A map that contains another one can't have all options.
		if !strings.Contains(err.Error(), "in a map that contains") && !strings.Contains(err.Error(), "Express") {
			t.Fatal(err)
		}
	}
}

func randomChain(r *rand.Rand, caller chain.Frame) (randomFlow, *chain.Node) {
	var f randomFlow
	last := ops[1].node(nil, chain.Start, caller)
	last.SetDefaults(Num{r.Uint32()})
	f.ops = append(f.ops, ops[1])
	depth := 0
	for length := 2 + r.IntN(10); length > 0 || depth > 0; length-- {
		var fit []op
		var kinds []chain.Kind
		for _, o := range ops {
			for _, kind := range o.kinds {
				in := o.in
				switch {
				case kind == chain.Map && (depth == 3 || length <= 0), kind == chain.Agg && depth == 0, kind == chain.Then && length <= 0:
					continue
				case kind == chain.Map:
					in = reflect.SliceOf(in)
				case kind == chain.Agg:
					in = in.Elem()
				}
				if in == last.Out {
					fit, kinds = append(fit, o), append(kinds, kind)
				}
			}
		}
		i := r.IntN(len(fit))
		last = fit[i].node(last, kinds[i], caller)
		f.ops = append(f.ops, fit[i])
		switch kinds[i] {
		case chain.Map:
			depth++
		case chain.Agg:
			depth--
		}
		last.Options = randomOptions(r, kinds[i])
	}
	return f, last
}

func randomOptions(r *rand.Rand, kind chain.Kind) chain.Options {
	var o chain.Options
	if r.IntN(3) == 0 {
		o.Retry = []graph.Retry{{Errors: []string{"busy"}, Interval: 1, Rate: 1, Attempts: 1 + r.IntN(3)}}
	}
	if r.IntN(8) == 0 {
		o.Timeout = 900
	}
	if kind == chain.Map {
		o.Batch, o.Concurrency = r.IntN(4), r.IntN(4)
		o.Express = o.Timeout == 0 && r.IntN(8) == 0
		if r.IntN(2) == 0 {
			o.Tolerate = []float64{20, 25, 50, 100}[r.IntN(4)]
		}
	}
	return o
}
