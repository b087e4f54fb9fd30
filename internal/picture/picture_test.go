package picture

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/plan"
)

// Options are shown with their step, and those of a map with the map.
func TestDrawnOptions(t *testing.T) {
	p := plan.New(flowtest.With(flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds"), map[string]flowtest.Options{
		"get-birds": {Timeout: 30}, "flap-bird": {Batch: 100, Timeout: 20},
	}))
	p.First().Args[0].Type, p.First().Defaults = "map[string]<-chan", []byte(`{"a":[1,"<&>"]}`)
	for _, part := range []string{
		"\n    by default {\"a\":[1,\"<&>\"]}\n  get-birds    flows/flows.go:11\n      timeout 30 s\n",
		"\n  ┌ for each string, batches of 100\n  │ flap-bird  flows/flows.go:12\n  │     timeout 20 s\n  │ ↓ string\n  └\n",
	} {
		if text := Text(p); !strings.Contains(text, part) {
			t.Errorf("no\n%s\nin\n%s", part, text)
		}
	}
	for _, part := range []string{
		`step0["get-birds<br/>timeout 30 s"]`,
		"subgraph map1 [\"for each string<br/>batches of 100\"]\n    step1[\"flap-bird<br/>timeout 20 s\"]\n  end\n",
		`input -->|"map[string]#60;-chan"| step0`,
	} {
		if text := Mermaid(p); !strings.Contains(text, part) {
			t.Errorf("no\n%s\nin\n%s", part, text)
		}
	}
}

// No type name can end the label or have a meaning in it.
func TestLabel(t *testing.T) {
	for text, want := range map[string]string{
		"[]string":         `"[]string"`,
		"map[K]*V":         `"map[K]#42;V"`,
		`struct{"<b>"}`:    `"struct{#34;#60;b#62;#34;}"`,
		"`x` #quot; %%":    `"#96;x#96; #35;quot#59; #37;#37;"`,
		"a\nb":             `"a#10;b"`,
		"vögel.Größe[世界]_": `"vögel.Größe[世界]#95;"`,
	} {
		if got := label(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
