// Package picture draws a flow as text: for a terminal, and as a Mermaid flowchart.
package picture

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/plan"
)

// Text draws a flow for a terminal: the steps in data order with their positions
// and options, the types that pass between them, and a bracket around each map.
func Text(p *plan.Plan) string {
	var t textWriter
	fmt.Fprintf(&t.b, "%s: %s (%s)\n\n", p.Graph.Flow, p.Graph.Function, p.Graph.Position)
	for _, s := range p.Steps {
		t.width = max(t.width, 2*len(s.Around())+utf8.RuneCountInString(s.Name))
	}
	first := p.First()
	t.line("↓ " + first.Takes().Type)
	if first.Defaults != nil {
		t.line("  by default " + string(first.Defaults))
	}
	t.scope(p.Nodes)
	return t.b.String()
}

func (t *textWriter) scope(units []plan.Unit) {
	for _, u := range units {
		if u.Map != nil {
			t.line("┌ " + strings.Join(forEach(u.Map), ", "))
			t.bars += "│ "
			t.scope(u.Map.Nodes)
			t.bars = strings.TrimSuffix(t.bars, "│ ")
			t.line("└")
			continue
		}
		if u.Step.Closes != nil {
			t.line("↓ " + u.Step.Takes().Type)
		}
		t.step(u.Step.Name, u.Step.Position)
		for _, s := range u.Step.Describe() {
			t.line("    " + s)
		}
		t.line("↓ " + u.Step.Out)
	}
}

// forEach describes a map and its options.
func forEach(m *plan.Map) []string {
	return append([]string{"for each " + m.First().Takes().Type}, m.Describe()...)
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
