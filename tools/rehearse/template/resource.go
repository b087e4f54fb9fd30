package template

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// resource is one of the section Resources
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html).
type resource struct {
	id         string
	at         place
	kind       kind
	condition  *named
	properties object
	metadata   value // what it refers to is a dependency too
	dependsOn  []resourceRef
}

// output is one of the section Outputs.
type output struct {
	name      string
	at        place
	condition *named
	value     value
	export    *value
}

var (
	resourceFields = []string{"Type", "Condition", "DependsOn", "Properties", "Metadata",
		"CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy"}
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html,
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html
	policies = map[string][]string{
		"DeletionPolicy":      {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"},
		"UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
	}
	outputFields = []string{"Description", "Condition", "Value", "Export"}
)

// kind finds a resource's type, before anything refers to it.
func (p *parser) kind(key, n *yaml.Node) {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if n.Content[i].Value != "Type" {
			continue
		}
		of := n.Content[i+1]
		k := slices.IndexFunc(kinds, func(k kind) bool { return k.of == of.Value })
		if k < 0 {
			p.report(of, meant(of.Value, kindNames()), "%s: the resource type %s is not supported here", key.Value, of.Value)
			return
		}
		p.kinds[key.Value] = kinds[k]
		return
	}
	p.report(key, "", "the resource %s has no Type", key.Value)
}

func (p *parser) resource(key, n *yaml.Node) {
	one := resource{id: key.Value, at: at(key), kind: p.kinds[key.Value]}
	p.mapping(n, "a resource", func(field, v *yaml.Node) {
		if !p.known(field, "attribute of a resource", resourceFields) {
			return
		}
		switch field.Value {
		case "Condition":
			name := p.named(v)
			one.condition = &name
		case "DependsOn":
			one.dependsOn = p.dependsOn(v)
		case "Properties":
			properties, ok := p.value(v).expr.(object)
			if !ok {
				p.report(v, "", "Properties must be an object")
			}
			one.properties = properties
		case "Metadata":
			one.metadata = p.value(v)
		case "DeletionPolicy", "UpdateReplacePolicy":
			if policy, ok := p.text(v, field.Value); ok && !slices.Contains(policies[field.Value], policy) {
				p.report(v, meant(policy, policies[field.Value]), "unknown %s %s", field.Value, policy)
			}
		}
	})
	p.t.resources = append(p.t.resources, one)
}

// dependsOn reads one name or a list of names.
func (p *parser) dependsOn(n *yaml.Node) []resourceRef {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode && !short(n) {
		items = n.Content
	}
	var all []resourceRef
	for _, item := range items {
		if id, ok := p.text(item, "what follows DependsOn"); ok && p.knownResource(item, id) {
			all = append(all, resourceRef{at(item), id})
		}
	}
	return all
}

func (p *parser) output(key, n *yaml.Node) {
	one := output{name: key.Value, at: at(key)}
	p.mapping(n, "an output", func(field, v *yaml.Node) {
		if !p.known(field, "field of an output", outputFields) {
			return
		}
		switch field.Value {
		case "Condition":
			name := p.named(v)
			one.condition = &name
		case "Value":
			one.value = p.value(v)
		case "Export":
			p.mapping(v, "Export", func(field, v *yaml.Node) {
				if p.known(field, "field of Export", []string{"Name"}) {
					name := p.value(v)
					one.export = &name
				}
			})
		}
	})
	if one.value.expr == nil {
		p.report(key, "", "the output %s has no Value", one.name)
	}
	p.t.outputs = append(p.t.outputs, one)
}
