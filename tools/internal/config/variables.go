package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/suggest"
)

// ParseVariables reads the environment variables from JSON, an object of names
// and values. An empty value sets nothing. A string field takes its variable's
// value as it is; numbers, booleans and lambda_env are YAML, which includes
// JSON. All problems are reported, joined, each with the variable's name.
func ParseVariables(data []byte) (Layer, error) {
	var values map[string]string
	if err := json.Unmarshal(data, &values); err != nil {
		return Layer{}, fmt.Errorf("reading the environment variables: %w", err)
	}
	p := parser{layer: Layer{set: map[string]setting{}}}
	for _, f := range fields {
		if value := values[f.variable()]; value != "" {
			p.name = f.variable()
			p.variable(f, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(Variables(), name) {
			p.name = name
			hint := ""
			if near := Near(name); near != "" {
				hint = fmt.Sprintf("did you mean %s?", near)
			}
			p.report(&yaml.Node{}, "no field has this variable", hint)
		}
	}
	return p.layer, errors.Join(p.problems...)
}

func (p *parser) variable(f field, value string) {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if !f.kind.plain {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(value), &doc); err != nil {
			p.problems = append(p.problems, syntaxError(p.name, err))
			return
		}
		if n = (&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}); len(doc.Content) > 0 {
			n = doc.Content[0]
		}
		if n.Tag == "!!null" {
			p.report(&yaml.Node{}, "want "+f.kind.values+", not "+describe(n), "")
			return
		}
		n.Line = 0 // the variable's name says where it is
	}
	p.field(f, n)
}

// Variables returns the names of all fields' environment variables.
func Variables() []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.variable())
	}
	return names
}

// Near returns the lokki variable that was probably meant by a name, or "".
func Near(name string) string { return suggest.Name(name, Variables()) }
