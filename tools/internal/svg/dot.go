package svg

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/plan"
)

// Sizes and fonts. Graphviz knows the widths of these fonts; withStyle adds
// names of fonts with the same widths.
const (
	sans = "Helvetica"
	mono = "Courier"

	small     = 10 // points
	longLabel = 32 // characters of a type's name before it is cut
)

// dot writes the graph in Graphviz's language
// (https://graphviz.org/doc/info/lang.html).
func dot(p *plan.Plan) []byte {
	w := writer{indent: "  "}
	fmt.Fprintf(&w.b, "digraph %s {\n", quote(p.Graph.Flow))
	w.line("graph [bgcolor=%q class=flow fontname=%q fontsize=%d labeljust=l nodesep=0.4 pad=0.15 ranksep=0.35]", light.background, sans, small+1)
	w.line("node [color=%q fillcolor=%q fontcolor=%q fontname=%q fontsize=13 group=flow height=0.3 margin=\"0.2,0.1\" shape=box style=\"rounded,filled\"]",
		light.line, light.step, light.text, sans)
	w.line("edge [arrowsize=0.7 weight=100 color=%q fontcolor=%q fontname=%q fontsize=%d]", light.line, light.kind, mono, small)
	w.line("input [class=end fillcolor=%q fixedsize=true height=0.13 label=\" \" shape=circle width=0.13]", light.line)

	w.scope(p, p.Nodes)
	w.line("output [class=end fillcolor=%q fixedsize=true height=0.13 label=\" \" peripheries=2 shape=circle width=0.13]", light.line)
	for _, a := range append(w.arrows, arrow(stepID(p.Result()), "output", p.Result().Out)) {
		w.line("%s", a)
	}
	w.b.WriteString("}\n")
	return []byte(w.b.String())
}

type writer struct {
	b      strings.Builder
	indent string
	arrows []string
}

func stepID(s *plan.Step) string { return fmt.Sprint("step", s.Index) }

// scope writes the steps and the boxes of a scope, and notes the arrows to them.
func (w *writer) scope(p *plan.Plan, units []plan.Unit) {
	for _, u := range units {
		if u.Map != nil {
			w.open(u.Map)
			w.scope(p, u.Map.Nodes)
			w.close()
			continue
		}
		s := u.Step
		w.line("%s [label=<%s> tooltip=%s]", stepID(s), lines(append([]string{"<b>" + escape(s.Name) + "</b>"}, smaller(s.Describe())...)), quote(s.Function))
		from, carries := "input", s.Takes().Type
		if source := p.From(s); source != nil {
			from = stepID(source)
			if s.Closes == nil {
				carries = source.Out
			}
		}
		w.arrows = append(w.arrows, arrow(from, stepID(s), carries))
	}
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, w.indent+format+"\n", args...)
}

// open begins the box of a map. Nested boxes differ in shade.
func (w *writer) open(m *plan.Map) {
	label := append([]string{"for each " + cut(m.First().Takes().Type)}, m.Describe()...)
	w.line("subgraph cluster%d {", m.First().Index)
	w.indent += "  "
	shade := len(m.Around()) % len(light.maps)
	w.line("graph [class=\"map shade%d\" color=%q fillcolor=%q fontcolor=%q label=<%s> style=\"rounded,filled\"]",
		shade, light.border, light.maps[shade], light.text, lines(besideArrow(label)))
}

// besideArrow pads the lines of a box's label on the right, so that they stay in
// its left half: the arrow into the box comes down in its middle. Graphviz
// treats these blanks as being as wide as letters.
func besideArrow(label []string) []string {
	widest := 0
	for _, text := range label {
		widest = max(widest, utf8.RuneCountInString(text))
	}
	for i, text := range label {
		label[i] = escape(text)
		if utf8.RuneCountInString(text) == widest {
			label[i] += strings.Repeat("&#160;", widest+2)
		}
	}
	return label
}

func (w *writer) close() {
	w.indent = strings.TrimSuffix(w.indent, "  ")
	w.line("}")
}

func arrow(from, to, carries string) string {
	return fmt.Sprintf("%s -> %s [label=%s tooltip=%s]", from, to, quote("  "+cut(carries)+"  "), quote(carries))
}

// lines joins lines of an HTML-like label, left-aligned.
func lines(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return strings.Join(texts, `<br align="left"/>`) + `<br align="left"/>`
}

func smaller(texts []string) []string {
	var all []string
	for _, t := range texts {
		all = append(all, fmt.Sprintf(`<font point-size="%d">%s</font>`, small, escape(t)))
	}
	return all
}

// cut shortens the names of types, such as those of anonymous structs. The
// tooltip has the whole name.
func cut(text string) string {
	runes := []rune(text)
	if len(runes) <= longLabel {
		return text
	}
	return string(runes[:longLabel-1]) + "…"
}

// escape is for HTML-like labels.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// quote is for strings: a backslash would begin an escape sequence, and an
// ampersand an entity.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "&", "&amp;").Replace(text) + `"`
}
