package picture

import (
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/plan"
)

// Mermaid draws a flow as a Mermaid flowchart
// (https://mermaid.js.org/syntax/flowchart.html): a subgraph around each map,
// and on each arrow the type of the value.
func Mermaid(p *plan.Plan) string {
	m := mermaid{plan: p, indent: "  "}
	m.b.WriteString("flowchart TD\n")
	m.line("input([%s])", label("input of "+p.Graph.Flow))
	m.scope(p.Nodes)
	m.line("result([%s])", label("result"))
	m.arrow(stepID(p.Result()), p.Result().Out, "result")
	for _, a := range m.arrows {
		m.line("%s", a)
	}
	return m.b.String()
}

type mermaid struct {
	plan   *plan.Plan
	b      strings.Builder
	indent string
	arrows []string
}

func (m *mermaid) line(format string, args ...any) {
	fmt.Fprintf(&m.b, m.indent+format+"\n", args...)
}

func (m *mermaid) arrow(from, carries, to string) {
	m.arrows = append(m.arrows, fmt.Sprintf("%s -->|%s| %s", from, label(carries), to))
}

func stepID(s *plan.Step) string { return fmt.Sprintf("step%d", s.Index) }

func (m *mermaid) scope(units []plan.Unit) {
	for _, u := range units {
		if u.Map != nil {
			m.line("subgraph map%d [%s]", u.Map.First().Index, label(forEach(u.Map)...))
			m.indent += "  "
			m.scope(u.Map.Nodes)
			m.indent = strings.TrimSuffix(m.indent, "  ")
			m.line("end")
			continue
		}
		m.line("%s[%s]", stepID(u.Step), label(append([]string{u.Step.Name}, u.Step.Describe()...)...))
		from, carries := "input", u.Step.Takes().Type
		if source := m.plan.From(u.Step); source != nil {
			from = stepID(source)
			if u.Step.Closes == nil {
				carries = source.Out
			}
		}
		m.arrow(from, carries, stepID(u.Step))
	}
}

// label quotes lines of text. Every character with a meaning in Mermaid, its
// Markdown or HTML becomes an entity code, a number between # and a
// semicolon (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
func label(lines ...string) string {
	for i, text := range lines {
		var b strings.Builder
		for _, r := range text {
			switch {
			case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r > 127, strings.ContainsRune(" .,:/()[]{}-", r):
				b.WriteRune(r)
			default:
				fmt.Fprintf(&b, "#%d;", r)
			}
		}
		lines[i] = b.String()
	}
	return `"` + strings.Join(lines, "<br/>") + `"`
}
