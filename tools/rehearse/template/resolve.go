package template

import (
	"fmt"
	"slices"
)

// run is one resolution.
type run struct {
	t          *Template
	env        Environment
	parameters map[string]any
	conditions map[string]bool
	testing    []string            // the conditions being evaluated
	naming     []string            // the resources whose names are being made
	current    string              // the resource whose properties are read; "" in the outputs
	needs      map[string][]string // from a resource to those that it refers to
}

// Resolve returns the stack that would be created in an environment. The error
// joins all problems.
func (t *Template) Resolve(env Environment, parameters map[string]string) (*Stack, error) {
	if err := env.check(); err != nil {
		return nil, fmt.Errorf("resolving %s: %w", t.name, err)
	}
	values, all := t.bind(parameters)
	if all != nil {
		return nil, all.err(t.name)
	}
	r := &run{t: t, env: env, parameters: values, conditions: map[string]bool{}, needs: map[string][]string{}}
	for _, c := range t.conditions {
		_, problems := named{place{}, c.name}.holds(r)
		all = append(all, problems...)
	}
	if all != nil { // otherwise everything with such a condition would report it again
		return nil, all.err(t.name)
	}
	partition, _ := env.partition()
	s := &Stack{Name: env.Stack, ID: env.id(), Account: env.Account, Region: env.Region, Partition: partition}
	for _, declared := range t.resources {
		if r.exists(declared.condition) {
			one, problems := r.resource(declared)
			s.Resources = append(s.Resources, one)
			all = append(all, problems...)
		}
	}
	all = append(all, r.circles()...)
	r.current = ""
	for _, declared := range t.outputs {
		if r.exists(declared.condition) {
			one, problems := r.output(declared)
			s.Outputs = append(s.Outputs, one)
			all = append(all, problems...)
		}
	}
	if err := all.err(t.name); err != nil {
		return nil, err
	}
	return s, nil
}

// exists reports whether something with a condition, or with none, is created.
// The conditions have been evaluated before.
func (r *run) exists(condition *named) bool {
	return condition == nil || r.conditions[condition.name]
}

// need finds a resource that is referred to, and records the dependency.
func (r *run) need(at place, id string) (resource, problems) {
	res := r.t.find(id)
	if !r.exists(res.condition) {
		return res, problems{{at, "the resource " + id + " is not created, as its condition " + res.condition.name + " is false",
			"refer to it only where the condition holds, with Fn::If"}}
	}
	if r.current != "" {
		r.needs[r.current] = append(r.needs[r.current], id)
	}
	return res, nil
}

func (r *run) resource(declared resource) (Resource, problems) {
	r.current = declared.id
	one := Resource{LogicalID: declared.id, Type: declared.kind.of, Position: declared.at.in(r.t.name), Attributes: map[string]string{}}
	for _, on := range declared.dependsOn {
		// CloudFormation skips what isn't created.
		if r.exists(r.t.find(on.id).condition) {
			r.needs[declared.id] = append(r.needs[declared.id], on.id)
		}
	}
	properties, all := declared.properties.eval(r)
	properties, problems := r.dynamic(declared, properties)
	all = append(all, problems...)
	one.Properties = properties.(map[string]any)
	if declared.metadata.expr != nil {
		_, problems := declared.metadata.eval(r)
		all = append(all, problems...)
	}
	one.Ref, problems = r.expand(declared, declared.kind.ref)
	all = append(all, problems...)
	for _, name := range keys(declared.kind.attributes) {
		one.Attributes[name], problems = r.expand(declared, declared.kind.attributes[name])
		all = append(all, problems...)
	}
	if all == nil && declared.kind.of == stateMachine {
		one.Definition, all = declared.definition(one.Properties)
	}
	needs := slices.Sorted(slices.Values(r.needs[declared.id]))
	one.Needs = slices.Compact(needs)
	return one, all
}

// find returns a declared resource.
func (t *Template) find(id string) resource {
	return t.resources[slices.IndexFunc(t.resources, func(res resource) bool { return res.id == id })]
}

func (r *run) output(declared output) (Output, problems) {
	one := Output{Name: declared.name}
	var all, more problems
	one.Value, all = declared.value.text(r, "the value of an output")
	if declared.export != nil {
		one.Export, more = declared.export.text(r, "the name of an export")
	}
	return one, append(all, more...)
}
