package graph

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text draws a valid graph for a terminal: the steps in data order with their
// positions and options, the types that pass between them, and a bracket
// around each map.
func (g Graph) Text() string {
	var t textWriter
	fmt.Fprintf(&t.b, "%s: %s (%s)\n\n", g.Flow, g.Function, g.Position)
	for _, n := range g.Nodes {
		t.width = max(t.width, 2*len(n.Scope)+utf8.RuneCountInString(n.Name))
	}
	start := g.Nodes[0]
	t.line("↓ " + start.In)
	if start.Defaults != nil {
		t.line("  by default " + string(start.Defaults))
	}
	for _, n := range g.Nodes {
		step, children := n.Describe()
		switch n.Kind {
		case Map:
			t.line("┌ " + strings.Join(append([]string{"for each " + n.In}, children...), ", "))
			t.bars += "│ "
		case Agg:
			t.bars = strings.TrimSuffix(t.bars, "│ ")
			t.line("└")
			t.line("↓ " + n.In)
		}
		t.step(n.Name, n.Position)
		for _, s := range step {
			t.line("    " + s)
		}
		t.line("↓ " + n.Out)
	}
	return t.b.String()
}

type textWriter struct {
	b     strings.Builder
	bars  string // for the open maps
	width int    // of the longest name with its bars
}

func (t *textWriter) line(text string) {
	t.b.WriteString("  " + t.bars + text + "\n")
}

func (t *textWriter) step(name, position string) {
	t.line(fmt.Sprintf("%-*s  %s", t.width-utf8.RuneCountInString(t.bars), name, position))
}
