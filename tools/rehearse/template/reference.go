package template

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

type (
	parameterRef string
	pseudoRef    string
	resourceRef  struct {
		at place
		id string
	}
	attribute struct { // Fn::GetAtt
		at   place
		id   string
		name value
	}
)

// reference reads a name after Ref, or in the ${…} of Fn::Sub.
func (p *parser) reference(n *yaml.Node, id string) expr {
	switch _, isPseudo := pseudo[id]; {
	case isPseudo:
		return pseudoRef(id)
	case slices.Contains(p.parameters, id):
		return parameterRef(id)
	case slices.Contains(p.resources, id):
		p.allowResource(n, id)
		return resourceRef{at(n), id}
	}
	p.report(n, meant(id, slices.Concat(p.parameters, p.resources, keys(pseudo))), "no parameter or resource %s", id)
	return nil
}

func (p *parser) allowResource(n *yaml.Node, id string) {
	if p.noResources != "" {
		p.report(n, "", "the resource %s is not allowed %s, where there are only parameters", id, p.noResources)
	}
}

// getAtt reads "Resource.Attribute" or a list of both. The attribute's name may be
// an expression.
func (p *parser) getAtt(n, arg *yaml.Node) expr {
	if arg.Kind == yaml.ScalarNode {
		return p.attribute(n, arg.Value)
	}
	if !p.arguments(n, "Fn::GetAtt", arg, 2, 2) {
		return nil
	}
	id, ok := p.text(arg.Content[0], "the resource of Fn::GetAtt")
	if !ok {
		return nil
	}
	if name := arg.Content[1]; name.Kind == yaml.ScalarNode && !short(name) {
		return p.attribute(n, id+"."+name.Value)
	}
	p.knownResource(n, id)
	return attribute{at(n), id, p.value(arg.Content[1])}
}

// attribute reads a literal "Resource.Attribute".
func (p *parser) attribute(n *yaml.Node, text string) expr {
	id, name, ok := strings.Cut(text, ".")
	if !ok {
		p.report(n, "", "%q must be a resource, a dot and an attribute", text)
		return nil
	}
	if p.knownResource(n, id) {
		p.problems = append(p.problems, p.kinds[id].checkAttribute(at(n), id, name)...)
	}
	return attribute{at(n), id, value{at(n), literal{name}}}
}

// knownResource reports whether there is a resource of a known type.
func (p *parser) knownResource(n *yaml.Node, id string) bool {
	if !slices.Contains(p.resources, id) {
		p.report(n, meant(id, p.resources), "no resource %s", id)
		return false
	}
	p.allowResource(n, id)
	return p.kinds[id].of != "" // otherwise already reported
}

func (e parameterRef) eval(r *run) (any, problems) { return r.parameters[string(e)], nil }
func (e pseudoRef) eval(r *run) (any, problems)    { return pseudo[string(e)](r.env), nil }

func (e resourceRef) eval(r *run) (any, problems) {
	res, problems := r.need(e.at, e.id)
	if problems != nil {
		return nil, problems
	}
	return r.expand(res, res.kind.ref)
}

func (e attribute) eval(r *run) (any, problems) {
	res, problems := r.need(e.at, e.id)
	if problems != nil {
		return nil, problems
	}
	name, problems := e.name.text(r, "the attribute of Fn::GetAtt")
	if problems == nil {
		problems = res.kind.checkAttribute(e.at, e.id, name)
	}
	if problems != nil {
		return nil, problems
	}
	return r.expand(res, res.kind.attributes[name])
}

// sub is Fn::Sub: alternating texts and values.
type sub []value

var (
	hole     = regexp.MustCompile(`\$\{([^}]*)\}`)
	holeName = regexp.MustCompile(`^[A-Za-z0-9]+(::[A-Za-z0-9]+|\.[A-Za-z0-9.]+)?$`)
)

func (p *parser) sub(n, arg *yaml.Node) expr {
	format, own := arg, object{}
	if arg.Kind == yaml.SequenceNode {
		if !p.arguments(n, "Fn::Sub", arg, 2, 2) {
			return nil
		}
		format = arg.Content[0]
		variables, ok := p.value(arg.Content[1]).expr.(object)
		if !ok {
			p.report(arg.Content[1], "", "the variables of Fn::Sub must be an object")
			return nil
		}
		own = variables
	}
	text, ok := p.text(format, "the text of Fn::Sub")
	if !ok {
		return nil
	}
	var parts sub
	end := 0
	for _, m := range hole.FindAllStringSubmatchIndex(text, -1) {
		parts = append(parts, value{at(n), literal{text[end:m[0]]}})
		parts = append(parts, value{at(n), p.hole(n, text[m[2]:m[3]], own)})
		end = m[1]
	}
	return append(parts, value{at(n), literal{text[end:]}})
}

// hole reads what is in ${…}. ${!…} is an escape: literal text.
func (p *parser) hole(n *yaml.Node, name string, own object) expr {
	if rest, ok := strings.CutPrefix(name, "!"); ok {
		return literal{"${" + rest + "}"}
	}
	if v, ok := own.field(name); ok {
		return v.expr
	}
	switch {
	case !holeName.MatchString(name):
		p.report(n, "", "Fn::Sub: ${%s} is not a name", name)
		return nil
	case strings.Contains(name, "."):
		return p.attribute(n, name)
	}
	return p.reference(n, name)
}

func (s sub) eval(r *run) (any, problems) {
	var b strings.Builder
	var all problems
	for _, part := range s {
		text, problems := part.text(r, "a value in Fn::Sub")
		all = append(all, problems...)
		b.WriteString(text)
	}
	return b.String(), all
}
