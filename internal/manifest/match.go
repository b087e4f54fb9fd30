package manifest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/lokki-build/lokki/internal/graph"
)

// Match reports, as joined errors, where the steps of the manifest and the functions
// of the flow differ: functions without a target, targets that the flow does not use,
// and functions with two targets. A function that is used several times is reported
// once.
func (m Manifest) Match(g graph.Graph) error {
	var problems []error
	targets := map[string][]string{} // by function
	for _, s := range m.Steps {
		targets[s.Function] = append(targets[s.Function], m.short(s.Target))
	}
	used := map[string]bool{}
	for _, n := range g.Steps() {
		if used[n.Function] {
			continue
		}
		used[n.Function] = true
		switch found := targets[n.Function]; {
		case len(found) == 0:
			problems = append(problems, m.missing(n))
		case len(found) > 1:
			problems = append(problems, graph.Problem{
				Position: n.Position, Step: n.Name,
				What: fmt.Sprintf("%s has %d targets in %s: %s", n.Function, len(found), m.Flow, strings.Join(found, ", ")),
				Hint: fmt.Sprintf("keep one of them in steps of %s", m.Flow),
			})
		}
	}
	for _, s := range m.Steps {
		if !used[s.Function] {
			problems = append(problems, m.unused(s, g))
		}
	}
	return errors.Join(problems...)
}

// missing says how to fix a function without a target: rename it, correct the
// target with the expected name, or write that target.
func (m Manifest) missing(n *graph.Step) error {
	path, ident, _ := splitFunction(n.Function)
	p := graph.Problem{
		Position: n.Position, Step: n.Name,
		What: fmt.Sprintf("%s has no lokki_step in %s", n.Function, m.Flow),
	}
	name := snake(ident)
	same := slices.IndexFunc(m.Steps, func(s Step) bool { return m.short(s.Target) == ":"+name })
	switch first := []rune(ident + "_")[0]; {
	case !unicode.IsUpper(first):
		p.Hint = fmt.Sprintf("%s is not exported: start its name with a capital, so that the step's binary can call it, "+
			"then add its lokki_step to steps of %s", ident, m.Flow)
	case same >= 0:
		p.Hint = fmt.Sprintf("%q in steps of %s runs %s: correct its library or function", ":"+name, m.Flow, m.Steps[same].Function)
	default:
		p.Hint = fmt.Sprintf("add %q to steps of %s, with lokki_step(name = %q, library = …), where library is the go_library of %s",
			":"+name, m.Flow, name, path)
	}
	return p
}

func (m Manifest) unused(s Step, g graph.Graph) error {
	_, ident, _ := splitFunction(s.Function)
	_, flow, _ := splitFunction(g.Function)
	return graph.Problem{
		Position: g.Position,
		What:     fmt.Sprintf("%s runs %s, which flow %s does not use", m.short(s.Target), s.Function, g.Flow),
		Hint:     fmt.Sprintf("remove %q from steps of %s, or use %s in %s", m.short(s.Target), m.Flow, ident, flow),
	}
}

// short returns a label as written in the flow's BUILD file.
func (m Manifest) short(label string) string {
	if pkg, _, ok := strings.Cut(m.Flow, ":"); ok {
		if name, ok := strings.CutPrefix(label, pkg+":"); ok {
			return ":" + name
		}
	}
	return label
}

// snake returns the usual target name of a function: get_birds for GetBirds.
func snake(ident string) string {
	name, err := graph.Name(ident)
	if err != nil {
		name = strings.ToLower(ident)
	}
	return strings.ReplaceAll(name, "-", "_")
}
