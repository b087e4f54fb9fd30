package template

import (
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// parser makes a Template from YAML nodes and collects problems.
type parser struct {
	t        *Template
	problems problems

	parameters, conditions, resources []string // names, in the template's order
	kinds                             map[string]kind

	// noResources says why resources can't be referred to at the parser's
	// position; empty elsewhere.
	noResources string
}

func newParser(t *Template) *parser { return &parser{t: t, kinds: map[string]kind{}} }

func (p *parser) report(n *yaml.Node, hint, format string, args ...any) {
	p.problems = append(p.problems, problem{at: at(n), what: fmt.Sprintf(format, args...), hint: hint})
}

// checkYAML reports YAML features that CloudFormation doesn't have
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html),
// and duplicate keys.
func (p *parser) checkYAML(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		p.report(n, "", "CloudFormation has no aliases, as in *%s", n.Value)
		return
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		p.report(n, "leave the key out, or use AWS::NoValue", "CloudFormation doesn't accept null")
	case n.Kind == yaml.ScalarNode && n.Style == 0 && otherNumber.MatchString(n.Value):
		p.report(n, fmt.Sprintf("put it in quotes: %q", n.Value), "CloudFormation reads YAML 1.1, where %s is a different number", n.Value)
	case n.Kind == yaml.MappingNode:
		first := map[string]*yaml.Node{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
				p.report(key, "", "a key must be a string")
				continue
			}
			if before, ok := first[key.Value]; ok {
				p.report(key, "", "the key %s is given twice, first in line %d", key.Value, before.Line)
			}
			first[key.Value] = key
		}
	}
	for _, inner := range n.Content {
		p.checkYAML(inner)
	}
}

// otherNumber matches octal and sexagesimal numbers of YAML 1.1.
var otherNumber = regexp.MustCompile(`^[-+]?(0[0-9_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)$`)

var sections = []string{"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Resources", "Outputs"}

// template reads the sections. Names are collected first, because references may
// precede them.
func (p *parser) template(root *yaml.Node) {
	found := map[string]*yaml.Node{}
	p.mapping(root, "the template", func(key, value *yaml.Node) {
		switch key.Value {
		case "Transform", "Rules", "Hooks":
			p.report(key, "", "the section %s is not supported here", key.Value)
			return
		}
		if p.known(key, "section of a template", sections) {
			found[key.Value] = value
		}
	})
	if v := found["AWSTemplateFormatVersion"]; v != nil && v.Value != "2010-09-09" {
		p.report(v, "write \"2010-09-09\"", "unknown version %q of the format", v.Value)
	}
	if found["Resources"] == nil {
		p.report(root, "", "the template has no Resources")
		return
	}
	p.names(found["Parameters"], &p.parameters)
	p.names(found["Conditions"], &p.conditions)
	p.names(found["Resources"], &p.resources)
	p.section(found["Parameters"], "parameters", awslimits.Parameters, p.parameter)
	p.section(found["Mappings"], "mappings", awslimits.Mappings, p.table)
	p.section(found["Resources"], "resources", awslimits.Resources, p.kind)
	p.section(found["Conditions"], "conditions", 0, p.condition)
	p.section(found["Resources"], "resources", 0, p.resource)
	p.section(found["Outputs"], "outputs", awslimits.Outputs, p.output)
}

// names collects the keys of a section.
func (p *parser) names(section *yaml.Node, names *[]string) {
	for i := 0; section != nil && section.Kind == yaml.MappingNode && i < len(section.Content); i += 2 {
		*names = append(*names, section.Content[i].Value)
	}
}

var logicalID = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)

// section calls each for every entry of a section, which may be absent.
func (p *parser) section(n *yaml.Node, what string, most int, each func(key, value *yaml.Node)) {
	if n == nil {
		return
	}
	p.mapping(n, "the section", func(key, value *yaml.Node) {
		if !logicalID.MatchString(key.Value) {
			p.report(key, "use letters and digits only", "the name %q is not alphanumeric", key.Value)
		}
		each(key, value)
	})
	if count := len(n.Content) / 2; most > 0 && count > most {
		p.report(n, "", "the template has %d %s; CloudFormation allows %d", count, what, most)
	}
}

// mapping calls each for every key of n.
func (p *parser) mapping(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode || short(n) {
		p.report(n, "", "%s must be an object", what)
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		each(n.Content[i], n.Content[i+1])
	}
}

// known reports whether a key is one of names.
func (p *parser) known(key *yaml.Node, what string, names []string) bool {
	for _, name := range names {
		if name == key.Value {
			return true
		}
	}
	p.report(key, meant(key.Value, names), "unknown %s: %s", what, key.Value)
	return false
}

// text is a string that must be literal, without functions.
func (p *parser) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || short(n) {
		p.report(n, "", "%s must be a string, without functions", what)
		return "", false
	}
	return n.Value, true
}
