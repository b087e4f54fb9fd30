package template

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// condition is one of the section Conditions
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html).
type condition struct {
	name string
	test test
}

// test is a condition that holds or doesn't.
type test interface {
	holds(r *run) (bool, problems)
}

type (
	equals struct{ a, b value }
	not    struct{ test test }
	every  struct{ tests []test } // Fn::And
	some   struct{ tests []test } // Fn::Or
	named  struct {
		at   place
		name string
	}
)

func (p *parser) condition(key, n *yaml.Node) {
	p.noResources = "in Conditions"
	p.t.conditions = append(p.t.conditions, condition{key.Value, p.test(n)})
	p.noResources = ""
}

var tests = []string{"Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or", "Condition"}

// test reads a condition function. After a problem the result is not used.
func (p *parser) test(n *yaml.Node) test {
	name, arg, ok := call(n)
	if !ok && n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, arg, ok = "Condition", n.Content[1], true
	}
	if !ok || !slices.Contains(tests, name) {
		p.report(n, "use one of "+strings.Join(tests, ", "), "not a condition")
		return nil
	}
	if name == "Condition" {
		return p.named(arg)
	}
	least, most := 2, 10
	switch name {
	case "Fn::Equals":
		most = 2
	case "Fn::Not":
		least, most = 1, 1
	}
	if !p.arguments(n, name, arg, least, most) {
		return nil
	}
	if name == "Fn::Equals" {
		return equals{p.value(arg.Content[0]), p.value(arg.Content[1])}
	}
	var all []test
	for _, inner := range arg.Content {
		all = append(all, p.test(inner))
	}
	switch name {
	case "Fn::Not":
		return not{all[0]}
	case "Fn::And":
		return every{all}
	}
	return some{all}
}

// named reads the name of a condition.
func (p *parser) named(n *yaml.Node) named {
	name, ok := p.text(n, "the name of a condition")
	if ok && !slices.Contains(p.conditions, name) {
		p.report(n, meant(name, p.conditions), "no condition %s", name)
	}
	return named{at(n), name}
}

func (t equals) holds(r *run) (bool, problems) {
	a, problemsA := t.a.eval(r)
	b, problemsB := t.b.eval(r)
	return same(a, b), append(problemsA, problemsB...)
}

// same compares as CloudFormation does: 1 and "1" are equal.
func same(a, b any) bool {
	textA, okA := scalarText(a)
	textB, okB := scalarText(b)
	if okA && okB {
		return textA == textB
	}
	return reflect.DeepEqual(a, b)
}

func (t not) holds(r *run) (bool, problems) {
	holds, problems := t.test.holds(r)
	return !holds, problems
}

func (t every) holds(r *run) (bool, problems) { return combine(r, t.tests, false) }
func (t some) holds(r *run) (bool, problems)  { return combine(r, t.tests, true) }

// combine stops as soon as one test decides.
func combine(r *run, tests []test, decided bool) (bool, problems) {
	for _, one := range tests {
		if holds, problems := one.holds(r); holds == decided || problems != nil {
			return holds, problems
		}
	}
	return !decided, nil
}

func (t named) holds(r *run) (bool, problems) {
	if i := slices.Index(r.testing, t.name); i >= 0 {
		circle := append(slices.Clone(r.testing[i:]), t.name)
		return false, wrong(t.at, "the conditions refer to each other in a cycle: %s", strings.Join(circle, " → "))
	}
	if holds, ok := r.conditions[t.name]; ok {
		return holds, nil
	}
	r.testing = append(r.testing, t.name)
	defer func() { r.testing = r.testing[:len(r.testing)-1] }()
	i := slices.IndexFunc(r.t.conditions, func(c condition) bool { return c.name == t.name })
	holds, problems := r.t.conditions[i].test.holds(r)
	r.conditions[t.name] = holds // after a problem too, so that it is reported once
	return holds, problems
}
