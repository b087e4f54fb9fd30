package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/suggest"
)

// Parse reads one lokki.yml. It reports all problems, joined, each with
// name:line:column: unknown and repeated keys, wrong types, values out of range.
func Parse(name string, data []byte) (Layer, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return Layer{}, nil // empty, or only comments
	case err != nil:
		return Layer{}, syntaxError(name, err)
	}
	p := parser{name: name, layer: Layer{set: map[string]setting{}}}
	switch err := dec.Decode(&more); {
	case err == nil:
		p.report(&more, "a second document", "keep one, without \"---\" in between")
	case !errors.Is(err, io.EOF):
		p.problems = append(p.problems, syntaxError(name, err))
	}
	p.section("", doc.Content[0])
	return p.layer, errors.Join(p.problems...)
}

type parser struct {
	name     string
	layer    Layer
	problems []error
}

func (p *parser) report(n *yaml.Node, what, hint string) {
	p.problems = append(p.problems, graph.Problem{Position: p.position(n), What: what, Hint: hint})
}

// position is where n is. For a variable's value it is only the name.
func (p *parser) position(n *yaml.Node) string {
	if n.Line == 0 {
		return p.name
	}
	return fmt.Sprintf("%s:%d:%d", p.name, n.Line, n.Column)
}

// section parses a mapping whose keys are fields or, at the top, sections.
func (p *parser) section(prefix string, n *yaml.Node) {
	p.mapping(n, func(key, value *yaml.Node) {
		if strings.Contains(key.Value, ".") { // as in roles.lambda, which is our name for a field, not a key
			p.unknown(prefix, key)
			return
		}
		full := prefix + key.Value
		if full == environmentsKey {
			p.environments(value)
			return
		}
		if i := slices.IndexFunc(fields, func(f field) bool { return f.key == full }); i >= 0 {
			if value.Tag != "!!null" { // a key without a value sets nothing
				p.field(fields[i], value)
			}
			return
		}
		if names := keys(full + "."); len(names) > 0 {
			p.section(full+".", value)
			return
		}
		p.unknown(prefix, key)
	})
}

func (p *parser) field(f field, n *yaml.Node) {
	if v, ok := f.kind.parse(p, n); ok {
		p.layer.set[f.key] = setting{value: v, source: p.position(n)}
	}
}

func (p *parser) unknown(prefix string, key *yaml.Node) {
	names := keys(prefix)
	if prefix == "" {
		names = append(names, environmentsKey)
	}
	hint := "the keys here are " + strings.Join(names, ", ")
	if near := suggest.Name(key.Value, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	p.report(key, fmt.Sprintf("unknown key %q", prefix+key.Value), hint)
}

// keys returns the keys that a section may have, in the table's order.
func keys(prefix string) []string {
	var names []string
	for _, f := range fields {
		rest, ok := strings.CutPrefix(f.key, prefix)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(rest, ".")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// mapping calls each for every key of n, once. It reports whether n is a mapping;
// no value is an empty one.
func (p *parser) mapping(n *yaml.Node, each func(key, value *yaml.Node)) bool {
	if n.Tag == "!!null" {
		return true
	}
	if n.Kind != yaml.MappingNode {
		p.report(n, "want keys with values, not "+describe(n), "")
		return false
	}
	first := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if before, ok := first[key.Value]; ok {
			p.report(key, fmt.Sprintf("the key %q is given twice, first at %s", key.Value, p.position(before)), "")
			continue
		}
		first[key.Value] = key
		each(key, value)
	}
	return true
}

// text returns the value of a string.
func (p *parser) text(n *yaml.Node, want string) (string, bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		return n.Value, true
	}
	hint := ""
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		hint = fmt.Sprintf("put it in quotes: %q", n.Value)
	}
	p.report(n, fmt.Sprintf("want %s, not %s", want, describe(n)), hint)
	return "", false
}

// number returns the value of an integer. Only its plain spelling is accepted:
// some parsers read 010 as eight, others as ten.
func (p *parser) number(n *yaml.Node, unit string) (int, bool) {
	value, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || strconv.Itoa(value) != n.Value {
		p.report(n, fmt.Sprintf("want a whole number of %s, not %s", unit, describe(n)), "")
		return 0, false
	}
	return value, true
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "keys with values"
	case n.Tag == "!!null":
		return "nothing"
	case n.Tag == "!!str":
		return fmt.Sprintf("the text %q", n.Value)
	}
	return strings.TrimPrefix(n.Tag, "!!") + " " + n.Value
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntaxError moves the parser's line to where all other messages have it.
func syntaxError(name string, err error) error {
	what := err.Error()
	position := name
	if m := yamlLine.FindStringSubmatch(what); m != nil {
		position += ":" + m[1]
		what = what[len(m[0]):]
	}
	return graph.Problem{Position: position, What: "not YAML: " + strings.TrimPrefix(what, "yaml: ")}
}
