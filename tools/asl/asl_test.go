package asl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/lokki/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/internal/flowtest"
)

// size is the length of a list at a map path, 0 for some.
func size(step, path string) int { return (len(step) + 2*len(path) + strings.Count(path, "1/")) % 4 }

// expect notes the calls a flow makes, from its graph alone.
type expect struct{ calls []string }

func (e *expect) scope(nodes []graph.Node, path string) (rest []graph.Node) {
	e.note(nodes[0], path)
	for from, nodes := nodes[0], nodes[1:]; ; {
		if len(nodes) == 0 || nodes[0].Kind == graph.Agg {
			return nodes
		}
		if nodes[0].Kind == graph.Map {
			after := nodes
			for depth := 0; ; {
				if after[0].Kind == graph.Map {
					depth++
				}
				if after[0].Kind == graph.Agg {
					if depth--; depth == 0 {
						break
					}
				}
				after = after[1:]
			}
			for i := range size(from.Name, path) {
				e.scope(nodes, envelope.Child(path, i))
			}
			nodes = after
		}
		e.note(nodes[0], path)
		from, nodes = nodes[0], nodes[1:]
	}
}

func (e *expect) note(n graph.Node, path string) {
	e.calls = append(e.calls, fmt.Sprintf("%s %s from %q at %q", n.Kind, n.Name, n.From, path))
}

// call is a request in expect's words.
func call(r envelope.Request) string {
	kind := graph.Then
	switch {
	case r.Input != nil:
		kind = graph.Start
	case r.Batch != nil:
		kind = graph.Map
	case r.Count != nil:
		kind = graph.Agg
	}
	return fmt.Sprintf("%s %s from %q at %q", kind, r.Step, r.From, r.Path)
}

func TestRandomFlowsMakeTheCallsOfTheirGraph(t *testing.T) {
	for seed := range uint64(200) {
		g := flowtest.Random(seed)
		definition, err := asl.Generate(g)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var want expect
		want.scope(g.Nodes, "")
		w := walker{t: t, sizes: size}
		w.walk(definition, map[string]any{})
		var got []string
		for _, r := range w.calls {
			got = append(got, call(r))
			if r.Run != run || r.Flow != g.Flow {
				t.Errorf("seed %d: run %q, flow %q", seed, r.Run, r.Flow)
			}
		}
		if !slices.Equal(got, want.calls) {
			t.Fatalf("seed %d: calls\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want.calls, "\n"))
		}
		slices.Sort(w.results)
		if len(slices.Compact(slices.Clone(w.results))) != len(w.results) {
			t.Errorf("seed %d: maps write results over each other: %v", seed, w.results)
		}
	}
}

func TestSameBytes(t *testing.T) {
	g := flowtest.Chain("WordsFlow", "start A", "map B", "map C", "agg D", "agg E", "then A")
	first, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _ := asl.Generate(g); !bytes.Equal(first, again) {
			t.Fatal("other bytes for the same graph")
		}
	}
}

func TestDefaultsMeanTheSameInTheStateMachine(t *testing.T) {
	g := flowtest.Chain("BirdsFlow", "start GetBirds")
	g.Nodes[0].Defaults = json.RawMessage(`{"url":"<a>&${Bucket}","deep":[{"n":12345678901234567890}],"back":"\\${Prefix}"}`)
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(definition, []byte("${Bucket}")) || bytes.Contains(definition, []byte("${"+asl.Prefix+"}")) {
		t.Error("a default can be taken for a substitution")
	}
	if !bytes.Contains(definition, []byte("<a>&")) || !bytes.Contains(definition, []byte("12345678901234567890")) {
		t.Errorf("defaults are not written as given:\n%s", definition)
	}
	w := walker{t: t}
	w.walk(definition, map[string]any{"count": 2})
	if got, want := plain(t, w.calls[0].Defaults), plain(t, g.Nodes[0].Defaults); !equal(t, got, want) {
		t.Errorf("defaults %v, want %v", got, want)
	}
	if got := string(w.calls[0].Input); got != `{"count":2}` {
		t.Errorf("input %s", got)
	}
}

func equal(t *testing.T, a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	return bytes.Equal(x, y)
}

func TestLimits(t *testing.T) {
	long := func(n int) string { return "X" + strings.Repeat("x", n-1) }
	many := []string{"start A"}
	for range 1200 {
		many = append(many, "then A")
	}
	dollar := flowtest.Chain("AFlow", "start A")
	dollar.Nodes[0].Defaults = json.RawMessage(`{"a":[{"price.$":1}],"b.$":2}`)
	large := flowtest.Chain("AFlow", "start A")
	large.Nodes[0].Defaults = json.RawMessage(`{"a":"` + strings.Repeat("x", 140_000) + `"}`)
	for _, c := range []struct {
		name  string
		graph graph.Graph
		want  []string // parts of the error; none when there is none
	}{
		{"longest step", flowtest.Chain("AFlow", "start "+long(80)), nil},
		{"step", flowtest.Chain("AFlow", "start A", "then "+long(81)),
			[]string{"flows/flows.go:12: step xxx", "has 81 characters; Step Functions allows 80", "shorten the function's name by 1 "}},
		{"longest map", flowtest.Chain("AFlow", "start A", "map "+long(69), "agg B"), nil},
		{"map", flowtest.Chain("AFlow", "start A", "map "+long(70), "agg B"), []string{"flows/flows.go:12:", "has 81 characters"}},
		{"all at once", flowtest.Chain(long(85), "start "+long(90), "then "+long(95)), []string{"by 5 ", "by 10 ", "by 15 "}},
		{"definition", flowtest.Chain("AFlow", many...), []string{"flows/flows.go:10: ", "allows 1048576", "hint: divide the flow"}},
		{"path fields", dollar, []string{"flows/flows.go:11: step a: ", `"a.price.$"`, `"b.$"`}},
		{"large defaults", large, []string{"140008 bytes", "hint: keep defaults to 131072 bytes"}},
		{"invalid graph", graph.Graph{Version: graph.Version, Flow: "a-flow", Function: "e.com/f.A"}, []string{"no steps"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := asl.Generate(c.graph)
			if err == nil != (len(c.want) == 0) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
		})
	}
}

func TestLabelsAreShortAndDistinct(t *testing.T) {
	begin := "X" + strings.Repeat("x", 45)
	definition, err := asl.Generate(flowtest.Chain("AFlow", "start A", "map "+begin+"One", "agg B", "map "+begin+"Two", "agg B"))
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, s := range everyState(t, definition) {
		if l, ok := s["Label"].(string); ok {
			labels = append(labels, l)
		}
	}
	if len(labels) != 2 || labels[0] == labels[1] || len(labels[0]) > 40 || len(labels[1]) > 40 {
		t.Errorf("labels %q", labels)
	}
}

func TestFunctionsHaveDistinctIDs(t *testing.T) {
	g := flowtest.Chain("AFlow", "start V2", "then V_2", "then other.com/x.V2", "then V2")
	var ids, names []string
	for _, f := range asl.Functions(g) {
		ids, names = append(ids, f.ID), append(names, f.Name)
	}
	for _, all := range [][]string{ids, names} {
		slices.Sort(all)
		if len(slices.Compact(slices.Clone(all))) != 3 {
			t.Errorf("not three distinct ones: %q", all)
		}
	}
}
