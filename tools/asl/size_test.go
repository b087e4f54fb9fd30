package asl_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
)

// largest walks a flow with lists of n items and returns the most bytes that
// pass into or out of each state. wide is the only step with a long list, or ""
// for all.
func largest(t *testing.T, g graph.Graph, wide string, n int) map[string]int {
	t.Helper()
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	w := walker{t: t, sizes: func(step, _ string) int {
		if wide == "" || step == wide {
			return n
		}
		return 1
	}}
	w.walk(definition, map[string]any{"count": 1})
	return w.largest
}

// TestStateInputAndOutputDoNotGrowWithTheData: what passes through each state
// has the same size for every number of items with as many digits, and each
// further digit adds at most one to the count, the index, the number of items
// in the batch and the map path.
func TestStateInputAndOutputDoNotGrowWithTheData(t *testing.T) {
	nested := flowtest.Chain("WordsFlow", "start ListTexts", "then A", "map SplitText", "map CountLetters", "then B", "agg SumWords", "agg SumTexts", "then Report")
	batched := birds(map[string]flowtest.Options{"flap-bird": {Batch: 10, Tolerate: 5, Express: true, Concurrency: 50}})
	for _, c := range []struct {
		name  string
		graph graph.Graph
		wide  string
	}{
		{"a map", birds(nil), "get-birds"},
		{"batches, with every option", batched, "get-birds"},
		{"the outer of two maps", nested, "a"},
		{"the inner of two maps", nested, "split-text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The last of the batches of 10 is as large as any, in both lists.
			few, many, more := largest(t, c.graph, c.wide, 1), largest(t, c.graph, c.wide, 120), largest(t, c.graph, c.wide, 199)
			if len(many) < len(c.graph.Steps()) {
				t.Fatalf("only %d states", len(many))
			}
			for _, state := range slices.Sorted(maps.Keys(many)) {
				if many[state] != more[state] {
					t.Errorf("%s: %d bytes for 120 items, %d for 199", state, many[state], more[state])
				}
				if grown := many[state] - few[state]; grown > 3*3 {
					t.Errorf("%s: %d bytes for 1 item, %d for 120", state, few[state], many[state])
				}
			}
		})
	}
}

// TestTheLargestEnvelope has names, paths, indices and offsets of maximum
// length. The rest of a payload's 256 KiB is for the defaults and the
// execution's input.
func TestTheLargestEnvelope(t *testing.T) {
	const payload, rest = 256 << 10, 2 << 10
	long := func(letter string, n int) string { return strings.ToUpper(letter) + strings.Repeat(letter, n-1) }
	calls := []string{"start " + long("a", 80), "then " + long("b", 80)}
	var closing []string
	options := map[string]flowtest.Options{}
	for depth := range envelope.MaxDepth {
		name := long(string(rune('a'+depth)), 60)
		calls = append(calls, "map "+name)
		closing = append(closing, "agg "+name)
		options[strings.ToLower(name)] = flowtest.Options{Tolerate: 5}
	}
	innermost := strings.ToLower(long(string(rune('a'+envelope.MaxDepth-1)), 60))
	options[innermost] = flowtest.Options{Tolerate: 5, Batch: 100_000_000}
	g := flowtest.With(flowtest.Chain(long("f", 80), slices.Concat(calls, closing)...), options)
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	// Every list has one batch, with the highest possible index.
	w := walker{t: t, execution: strings.Repeat("r", 80)}
	index := envelope.MaxItems - 1
	items := 1
	w.items = func(string) ([]any, error) {
		return []any{plain(t, envelope.Batch{Index: index, Count: items, Offset: 1 << 62, Length: 10 << 30, Skip: index})}, nil
	}
	deepest := 0
	w.invoke = func(_ string, r envelope.Request) (envelope.Reply, error) {
		deepest = max(deepest, strings.Count(r.Path, "/"))
		reply := envelope.Reply{Run: r.Run, Path: r.Path}
		if r.Split > 0 {
			count := envelope.MaxItems
			reply.Count = &count
			reply.Items = envelope.Keys{Prefix: strings.Repeat("p", 200), Flow: r.Flow, Run: r.Run}.Batches(r.Step, r.Path)
			if len(reply.Items) > 1024 {
				t.Errorf("a key of %d bytes", len(reply.Items))
			}
		}
		return reply, nil
	}
	input := strings.Repeat("x", 1000)
	w.walk(definition, input)
	if deepest != envelope.MaxDepth {
		t.Errorf("the walk is %d maps deep, want %d", deepest, envelope.MaxDepth)
	}
	for state, bytes := range w.largest {
		if bytes > rest+len(input) {
			t.Errorf("%s: %d bytes", state, bytes)
		}
	}

	// Defaults of the largest allowed size leave half of a payload for the
	// input.
	g = flowtest.Chain("AFlow", "start "+long("a", 80))
	g.Nodes[0].Step.Defaults, _ = json.Marshal(strings.Repeat("d", payload/2-2))
	if definition, err = asl.Generate(g); err != nil {
		t.Fatal(err)
	}
	w = walker{t: t, execution: strings.Repeat("r", 80)}
	w.walk(definition, strings.Repeat("x", payload/2-rest))
	for state, bytes := range w.largest {
		if bytes > payload || bytes < payload-2*rest {
			t.Errorf("%s: %d bytes, want almost %d", state, bytes, payload)
		}
	}
}
