package asl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/tools/asl"
)

// size is the length of a list at a map path: 0 for some, and deep inside short
// ones.
func size(step, path string) int {
	return (len(step) + 2*len(path) + strings.Count(path, "1/")) % max(2, 7-len(path))
}

// expect records the calls that a flow makes, derived from its graph alone.
type expect struct{ calls []string }

func (e *expect) scope(p *plan.Plan, units []plan.Unit, path string) {
	for _, u := range units {
		if u.Map == nil {
			e.note(p, u.Step, path)
			continue
		}
		for i := 0; i < size(u.Map.Over, path); i += max(1, u.Map.Batch) {
			e.scope(p, u.Map.Nodes, envelope.Child(path, i))
		}
	}
}

// note records the call of a step.
func (e *expect) note(p *plan.Plan, s *plan.Step, path string) {
	from := ""
	if source := p.From(s); source != nil {
		from = source.Name
	}
	c := fmt.Sprintf("%s %s from %q at %q", s.Verb(), s.Name, from, path)
	if m := s.Closes; m != nil {
		c += fmt.Sprintf(" of children of %d, tolerant %v", max(1, m.Batch), m.Tolerate > 0)
	}
	for _, m := range s.MappedBy {
		c += fmt.Sprintf(" split by %d", max(1, m.Batch))
	}
	e.calls = append(e.calls, c)
}

// call describes a request in expect's words.
func call(r envelope.Request) string {
	kind := "then"
	switch {
	case r.Input != nil:
		kind = "start"
	case r.Batch != nil:
		kind = "map"
	case r.Count != nil:
		kind = "agg"
	}
	c := fmt.Sprintf("%s %s from %q at %q", kind, r.Step, r.From, r.Path)
	if r.Count != nil {
		c += fmt.Sprintf(" of children of %d, tolerant %v", max(1, r.BatchSize), r.Tolerate > 0)
	}
	if r.Split > 0 {
		c += fmt.Sprintf(" split by %d", r.Split)
	}
	return c
}

func TestRandomFlowsMakeTheCallsOfTheirGraph(t *testing.T) {
	for seed := range uint64(200) {
		g := flowtest.Random(seed)
		definition, err := asl.Generate(g)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var want expect
		p := plan.New(g)
		want.scope(p, p.Nodes, "")
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
		slices.Sort(w.writers)
		if len(slices.Compact(slices.Clone(w.writers))) != len(w.writers) {
			t.Errorf("seed %d: maps write results over each other: %v", seed, w.writers)
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
	g.Nodes[0].Step.Defaults = json.RawMessage(`{"url":"<a>&${Bucket}","deep":[{"n":12345678901234567890}],"back":"\\${Prefix}"}`)
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
	if got, want := plain(t, w.calls[0].Defaults), plain(t, g.Nodes[0].Step.Defaults); !equal(t, got, want) {
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
	for _, f := range plan.New(g).Functions() {
		ids, names = append(ids, f.ID), append(names, f.Name)
	}
	for _, all := range [][]string{ids, names} {
		slices.Sort(all)
		if len(slices.Compact(slices.Clone(all))) != 3 {
			t.Errorf("not three distinct ones: %q", all)
		}
	}
}
