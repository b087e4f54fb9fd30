package svg

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// colours of a picture. It has its own background, so that it is readable
// wherever it is shown; for viewers in dark mode, a style sheet in the picture
// sets other colours.
type colours struct {
	background, text, line, border, step, kind string
	maps                                       [3]string // of nested boxes
}

var light = colours{
	background: "#ffffff", text: "#1f2328", line: "#57606a", border: "#afb8c1", step: "#ffffff", kind: "#0550ae",
	maps: [3]string{"#eef4fb", "#dce9f7", "#c9dcf1"},
}

var dark = colours{
	background: "#0d1117", text: "#e6edf3", line: "#9198a1", border: "#444c56", step: "#1c2430", kind: "#79c0ff",
	maps: [3]string{"#151d29", "#1d2939", "#263549"},
}

// withStyle adds the style sheet to a picture.
func withStyle(svg []byte) ([]byte, error) {
	// Insert after the root element, whose tag is the first that ends with a >
	// at the end of a line.
	start := bytes.Index(svg, []byte("<svg "))
	if start < 0 {
		return nil, errors.New("the layout has no <svg>")
	}
	end := bytes.IndexByte(svg[start:], '>')
	if end < 0 {
		return nil, errors.New("the layout has no end of <svg>")
	}
	at := start + end + 1
	svg = slices.Concat(svg[:at], []byte(dark.sheet()), svg[at:])
	// Each family ends with a generic name, for viewers that have none of the
	// others.
	svg = bytes.ReplaceAll(svg, []byte(`"Helvetica,sans-Serif"`), []byte(`"Helvetica,Arial,sans-serif"`))
	return bytes.ReplaceAll(svg, []byte(`"Courier,monospace"`), []byte(`"Courier New,Courier,monospace"`)), nil
}

// sheet has no > in it, which XML would need escaped.
func (c colours) sheet() string {
	var b strings.Builder
	rule := func(selector, property, colour string) {
		fmt.Fprintf(&b, "  %s { %s: %s }\n", selector, property, colour)
	}
	b.WriteString("\n<style>\n@media (prefers-color-scheme: dark) {\n")
	rule(".graph polygon", "fill", c.background)
	rule(".node path", "fill", c.step)
	rule(".node path, .node ellipse, .edge path, .edge polygon", "stroke", c.line)
	rule(".node ellipse, .edge polygon", "fill", c.line)
	rule(".node ellipse[fill='none']", "fill", "none")
	rule(".cluster path", "stroke", c.border)
	for i, shade := range c.maps {
		rule(fmt.Sprintf(".shade%d path", i), "fill", shade)
	}
	rule(".node text, .cluster text", "fill", c.text)
	rule(".edge text", "fill", c.kind)
	b.WriteString("}\n</style>")
	return b.String()
}
