package graph

import (
	"fmt"
	"strings"
)

// Mermaid draws a valid graph as a Mermaid flowchart
// (https://mermaid.js.org/syntax/flowchart.html): a subgraph around each map,
// and on each arrow the type of the value.
func (g Graph) Mermaid() string {
	var b strings.Builder
	indent := "  "
	line := func(format string, args ...any) { fmt.Fprintf(&b, indent+format+"\n", args...) }

	b.WriteString("flowchart TD\n")
	line("input([%s])", label("input of "+g.Flow))
	var arrows []string
	from, carries := "input", g.Nodes[0].In
	for i, n := range g.Nodes {
		step, children := n.Describe()
		switch n.Kind {
		case Map:
			line("subgraph map%d [%s]", i, label(append([]string{"for each " + n.In}, children...)...))
			indent += "  "
		case Agg:
			indent = strings.TrimSuffix(indent, "  ")
			line("end")
			carries = n.In
		}
		id := fmt.Sprintf("step%d", i)
		line("%s[%s]", id, label(append([]string{n.Name}, step...)...))
		arrows = append(arrows, fmt.Sprintf("%s -->|%s| %s", from, label(carries), id))
		from, carries = id, n.Out
	}
	line("result([%s])", label("result"))
	for _, a := range append(arrows, fmt.Sprintf("%s -->|%s| result", from, label(carries))) {
		line("%s", a)
	}
	return b.String()
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
