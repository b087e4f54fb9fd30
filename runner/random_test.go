package runner

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// atRandom fails random calls, but always the same ones for a seed.
func atRandom(seed uint64, oneIn uint32) func(string, []int, int) error {
	return func(step string, index []int, attempt int) error {
		h := fnv.New32a()
		fmt.Fprint(h, seed, step, index, attempt)
		switch v := h.Sum32(); {
		case oneIn > 0 && v%oneIn == 0:
			return lokkitest.ErrBoom
		case oneIn > 0 && v%oneIn < 4:
			return &busy{attempt}
		}
		return nil
	}
}

// TestRandomFlows compares runs with the naive evaluation: the results, and whether
// the flow fails.
func TestRandomFlows(t *testing.T) {
	failures := 0
	const flows = 400
	for seed := range uint64(flows) {
		r := rand.New(rand.NewPCG(seed, 1))
		f := RandomFlow(t, r)
		inject := atRandom(seed, []uint32{0, 20, 100}[r.IntN(3)])
		var start Num
		start.N = uint32(r.Uint32())
		input := fmt.Sprintf(`{"N":%d}`, start.N)
		want, wantErr := naive{f, inject}.run(f.Plan.Nodes, []any{start}, nil)
		got, err := Options{Input: []byte(input), Concurrency: 1 + r.IntN(8), Backoff: NoBackoff, Inject: inject}.run(t.Context(), f.Flow)
		if wantErr != nil {
			failures++
		}
		if (err != nil) != (wantErr != nil) || err == nil && !sameJSON(got, want[0]) {
			t.Errorf("seed %d: got %s, %v\nwant %v, %v", seed, got, err, want, wantErr)
		}
	}
	if failures < flows/10 || failures > flows/2 {
		t.Errorf("%d of %d flows failed: the test looks at one side only", failures, flows)
	}
}

func sameJSON(got []byte, want any) bool {
	decoded := reflect.New(reflect.TypeOf(want))
	return codec.Unmarshal(got, decoded.Interface()) == nil && reflect.DeepEqual(decoded.Elem().Interface(), want)
}

// execute runs a flow on the first step's argument, with a cache.
func execute(ctx context.Context, flow chain.Flow, opts Options, cache engine.ResultCache, argument []byte) ([]byte, error) {
	c := opts.config()
	c.Cache = cache
	return engine.New(flow, c).Do(ctx, argument)
}

// memoryCache is a cache of results.
type memoryCache struct {
	mu     sync.Mutex
	values map[string][][]byte
}

func (k *memoryCache) Get(_ context.Context, c engine.Call) ([][]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	values := k.values[fmt.Sprint(c.Node, c.Path)]
	if values != nil && len(values) != c.Items {
		return nil, fmt.Errorf("%d values are kept, want %d", len(values), c.Items)
	}
	return values, nil
}

func (k *memoryCache) Put(_ context.Context, c engine.Call, values [][]byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := fmt.Sprint(c.Node, c.Path)
	if k.values[key] != nil {
		return fmt.Errorf("%s is kept twice", key)
	}
	k.values[key] = slices.Clone(values)
	return nil
}

// TestRandomFlowsGoOn has runs fail, and other runs continue from what they stored.
func TestRandomFlowsGoOn(t *testing.T) {
	failures := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		f := RandomFlow(t, r)
		for _, n := range f.Nodes {
			n.Options.Tolerate = 0
		}
		for _, m := range f.Plan.Maps {
			m.Tolerate = 0
		}
		want, _ := naive{f, atRandom(0, 0)}.run(f.Plan.Nodes, []any{Num{7}}, nil)
		kept := &memoryCache{values: map[string][][]byte{}}
		var calls Recorder
		opts := Options{Concurrency: 1 + r.IntN(4), Backoff: NoBackoff, Inject: atRandom(seed, 8)}
		if _, err := execute(t.Context(), f.Flow, opts, kept, []byte(`{"N":7}`)); err != nil {
			failures++
		}
		before := len(kept.values)
		opts.Inject, opts.OnCall = nil, calls.Record
		got, err := execute(t.Context(), f.Flow, opts, kept, []byte(`{"N":7}`))
		if err != nil || !sameJSON(got, want[0]) {
			t.Errorf("seed %d: got %s, %v; want %v", seed, got, err, want[0])
		}
		items := 0
		for _, values := range kept.values {
			items += len(values)
		}
		var again int
		for _, c := range calls.calls {
			if c.Err == nil {
				again++
			}
		}
		if again > items-before {
			t.Errorf("seed %d: %d items were done, with %d of %d calls kept", seed, again, before, len(kept.values))
		}
	}
	if failures < 40 {
		t.Errorf("only %d runs failed", failures)
	}
}
