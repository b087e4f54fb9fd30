package asl_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
)

func TestLimits(t *testing.T) {
	long := func(n int) string { return "X" + strings.Repeat("x", n-1) }
	many := []string{"start A"}
	for range 1200 {
		many = append(many, "then A")
	}
	dollar := flowtest.Chain("AFlow", "start A")
	dollar.Nodes[0].Step.Defaults = json.RawMessage(`{"a":[{"price.$":1}],"b.$":2}`)
	large := flowtest.Chain("AFlow", "start A")
	large.Nodes[0].Step.Defaults = json.RawMessage(`{"a":"` + strings.Repeat("x", 140_000) + `"}`)
	indented := flowtest.Chain("AFlow", "start A")
	indented.Nodes[0].Step.Defaults = json.RawMessage(`{` + strings.Repeat(" ", 140_000) + `}`)
	deep := []string{"start A"}
	for range envelope.MaxDepth {
		deep = append(deep, "map B")
	}
	deepest := slices.Concat(deep, slices.Repeat([]string{"agg C"}, envelope.MaxDepth))
	tooDeep := slices.Concat(deep, []string{"map D", "map D"}, slices.Repeat([]string{"agg C"}, envelope.MaxDepth+2))
	for _, c := range []struct {
		name  string
		graph graph.Graph
		want  []string // parts of the error; nil for no error
	}{
		{"longest step", flowtest.Chain("AFlow", "start "+long(80)), nil},
		{"step", flowtest.Chain("AFlow", "start A", "then "+long(81)),
			[]string{"flows/flows.go:12: step xxx", "has 81 characters; Step Functions allows 80", "shorten the function's name by 1 "}},
		{"longest map", flowtest.Chain("AFlow", "start A", "map "+long(69), "agg B"), nil},
		{"map", flowtest.Chain("AFlow", "start A", "map "+long(70), "agg B"), []string{"flows/flows.go:12:", "has 81 characters"}},
		{"all at once", flowtest.Chain(long(85), "start "+long(90), "then "+long(95)), []string{"by 5 ", "by 10 ", "by 15 "}},
		{"definition", flowtest.Chain("AFlow", many...), []string{"flows/flows.go:10: ", "allows 1048576", "hint: split the flow"}},
		{"path fields", dollar, []string{"flows/flows.go:11: step a: ", `"a.price.$"`, `"b.$"`}},
		{"defaults in lines", indented, nil},
		{"deepest maps", flowtest.Chain("AFlow", deepest...), nil},
		{"too deep", flowtest.Chain("AFlow", tooDeep...), []string{"flows/flows.go:34: step d: the map is inside 22 others", "hint: merge maps"}},
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
