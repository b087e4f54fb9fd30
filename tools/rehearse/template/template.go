// Package template reads a CloudFormation template and resolves it as
// CloudFormation would: parameters, conditions, intrinsic functions, and the names
// and attributes that AWS would give the resources.
//
// Read reports what is wrong in every environment, Resolve what is wrong in one.
// Nothing is guessed: a function, attribute or resource type that isn't supported
// is an error, because a stack that differs from the real one is useless.
//
// The forms are those of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html.
package template

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
)

// Template is a template that has been read without problems.
type Template struct {
	name       string
	size       int
	parameters []parameter
	mappings   mappings
	conditions []condition
	resources  []resource
	outputs    []output
}

// Inline reports whether the template can be sent with a request.
func (t *Template) Inline() bool { return t.size <= awslimits.InlineTemplateBytes }

// Read reads a template in YAML or JSON. The error joins all problems, each with
// name:line:column.
func Read(name string, body []byte) (*Template, error) {
	t := &Template{name: name, size: len(body)}
	if t.size > awslimits.TemplateBytes {
		return nil, fmt.Errorf("%s: the template has %d bytes; CloudFormation allows %d", name, t.size, awslimits.TemplateBytes)
	}
	root, err := decode(name, body)
	if err != nil {
		return nil, err
	}
	p := newParser(t)
	p.checkYAML(root)
	if len(p.problems) == 0 { // otherwise names are not reliable
		p.template(root)
	}
	if err := p.problems.err(name); err != nil {
		return nil, err
	}
	return t, nil
}

// decode returns the only document's root.
func decode(name string, body []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(body))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: the template is empty", name)
	case err != nil:
		return nil, graph.Problem{Position: name, What: "not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: there is more than one document\nhint: keep one, without \"---\" in between", name)
	}
	return doc.Content[0], nil
}

// Parameters returns the names of the template's parameters, in its order.
func (t *Template) Parameters() []string {
	var names []string
	for _, p := range t.parameters {
		names = append(names, p.name)
	}
	return names
}
