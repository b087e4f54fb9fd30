package graph

import (
	"slices"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	o := Options{
		Timeout: 30,
		Retry: []Retry{
			{Errors: []string{"Throttled", "Busy"}, Interval: 2, Rate: 1.5, Attempts: 3, Cap: 60},
			{Errors: []string{"States.ALL"}, Interval: 1, Rate: 2, Attempts: 1},
		},
		Batch: 100, Concurrency: 8, Tolerate: 2.5, Express: true,
	}
	step, children := o.Describe()
	if want := []string{"timeout 30 s", "retry Throttled, Busy 3 times, after 2 s, ×1.5 to 60 s", "retry States.ALL once, after 1 s"}; !slices.Equal(step, want) {
		t.Errorf("got %q, want %q", step, want)
	}
	if want := []string{"batches of 100", "8 at a time", "2.5 % may fail", "Express"}; !slices.Equal(children, want) {
		t.Errorf("got %q, want %q", children, want)
	}
	if step, children := (Options{Batch: 1}).Describe(); step != nil || children != nil {
		t.Errorf("defaults: got %q, %q", step, children)
	}
}

// Options are shown with their step, and those of a map with the map.
func TestDrawnOptions(t *testing.T) {
	g := birds()
	g.Nodes[0].Timeout = 30
	g.Nodes[1].Batch, g.Nodes[1].Timeout = 100, 20
	for _, part := range []string{
		"\n    by default {\"a\":[1,\"<&>\"]}\n  get-birds    b.go:2\n      timeout 30 s\n",
		"\n  ┌ for each string, batches of 100\n  │ flap-bird  b.go:3\n  │     timeout 20 s\n  │ ↓ string\n  └\n",
	} {
		if text := g.Text(); !strings.Contains(text, part) {
			t.Errorf("no\n%s\nin\n%s", part, text)
		}
	}
	for _, part := range []string{
		`step0["get-birds<br/>timeout 30 s"]`,
		"subgraph map1 [\"for each string<br/>batches of 100\"]\n    step1[\"flap-bird<br/>timeout 20 s\"]\n  end\n",
		`input -->|"map[string]#60;-chan"| step0`,
	} {
		if text := g.Mermaid(); !strings.Contains(text, part) {
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
