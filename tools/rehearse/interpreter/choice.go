package interpreter

import (
	"context"
	"strings"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// choice is a Choice state.
type choice struct {
	rules     []rule
	otherwise string
}

type rule struct {
	holds condition
	next  string
}

// condition is a rule's test.
type condition func(d jsonpath.Data) (bool, error)

func (r *stateReader) choice() {
	r.paths()
	o := r.o
	o.refuse("a Choice has no Next and no End: its rules name what follows", "Next", "End")
	a := choice{}
	o.require("Choices")
	list := o.objects("Choices")
	if o.has("Choices") && len(list) == 0 {
		o.p.add(o.path("Choices"), "there are no rules")
	}
	for _, c := range list {
		var next string
		c.require("Next")
		if to, ok := c.str("Next"); ok {
			next = to
			r.graph.to(r.n.name, c.path("Next"), to)
		}
		a.rules = append(a.rules, rule{readCondition(c, 0), next})
	}
	var ok bool
	if a.otherwise, ok = o.str("Default"); ok {
		r.graph.to(r.n.name, o.path("Default"), a.otherwise)
	}
	r.n.action = a
}

func (a choice) run(_ context.Context, v *visit, input any) (any, string, error) {
	d := v.data(input)
	for _, rule := range a.rules {
		ok, err := rule.holds(d)
		if err != nil {
			return nil, "", err
		}
		if ok {
			return input, rule.next, nil
		}
	}
	if a.otherwise == "" {
		return nil, "", runtimeFault("Failed to transition out of the state. The state does not point to a next state.")
	}
	return input, a.otherwise, nil
}

const maxConditionDepth = 100

// readCondition reads a rule, or part of one, and reports problems.
func readCondition(o *object, depth int) condition {
	never := func(jsonpath.Data) (bool, error) { return false, nil }
	if depth > maxConditionDepth {
		o.p.add(o.at, "conditions are nested too deep")
		return never
	}
	o.str("Comment")
	o.refuse(noJSONata, "Condition", "Output")
	o.refuse(noVariables, "Assign")
	if depth > 0 && o.has("Next") {
		o.get("Next")
		o.p.add(o.path("Next"), "only a whole rule has Next")
	}
	var found []string
	for _, name := range o.names {
		if _, ok := comparisons[strings.TrimSuffix(name, "Path")]; ok || name == "And" || name == "Or" || name == "Not" {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		o.p.add(o.at, "want one comparison, or And, Or or Not: there are %d", len(found))
		for _, name := range append(found, "Variable") {
			o.get(name)
		}
		o.done()
		return never
	}
	defer o.done()
	switch name := found[0]; name {
	case "Not":
		part := o.object(name)
		if part == nil {
			return never
		}
		inner := readCondition(part, depth+1)
		return func(d jsonpath.Data) (bool, error) {
			ok, err := inner(d)
			return !ok, err
		}
	case "And", "Or":
		parts := o.objects(name)
		if len(parts) == 0 {
			o.p.add(o.path(name), "want at least one condition")
		}
		var inner []condition
		for _, part := range parts {
			inner = append(inner, readCondition(part, depth+1))
		}
		return func(d jsonpath.Data) (bool, error) {
			for _, c := range inner {
				if ok, err := c(d); err != nil || ok == (name == "Or") {
					return ok, err
				}
			}
			return name == "And", nil
		}
	default:
		return readComparison(o, name)
	}
}

// readComparison reads the comparison of Variable with the value of the field
// name.
func readComparison(o *object, name string) condition {
	o.require("Variable")
	variable := requiredPath(o, "Variable")
	base, byPath := strings.CutSuffix(name, "Path")
	c := comparisons[base]
	if byPath && c.fixed {
		o.p.add(o.path(name), "there is no comparison %s", name)
	}
	var right *jsonpath.Path
	var fixed any
	if byPath {
		right = requiredPath(o, name)
	} else {
		fixed, _ = o.get(name)
		if _, isObject := fixed.(*object); isObject || !c.takes(fixed) {
			o.p.add(o.path(name), "%s can't be compared with %s", name, jsonvalue.Kind(fixed))
		}
	}
	return func(d jsonpath.Data) (bool, error) {
		left, err := variable.Get(d)
		if base == "IsPresent" {
			return (err == nil) == fixed, nil
		}
		if err != nil {
			return false, badVariable(variable)
		}
		with := fixed
		if right != nil {
			if with, err = right.Get(d); err != nil {
				return false, badVariable(right)
			}
		}
		return c.holds(left, with), nil
	}
}

func badVariable(p *jsonpath.Path) error {
	return runtimeFault("Invalid path '%s': The choice state's condition path references an invalid value.", p)
}
