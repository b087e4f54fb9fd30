package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// Validate reports everything that is wrong with g, as joined Problems. Every
// tool may rely on what is checked here: unique kebab-case names, one step that takes
// the input and comes first, and arguments that earlier nodes provide in scopes that
// the step can see.
func (g Graph) Validate() error {
	if g.Version != Version {
		return wrongVersion(&g.Version)
	}
	v := validator{steps: map[string]placed{}, maps: map[string]*Map{}}
	if !nameForm.MatchString(g.Flow) {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow's name %q is not in the form \"birds-flow\"", g.Flow)})
	}
	if !qualified(g.Function) {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow function %q is not in the form \"example.com/birds.BirdsFlow\"", g.Function)})
	} else if _, err := Name(identOf(g.Function)); err != nil {
		v.report(Problem{Position: g.Position, What: "the flow function: " + err.Error()})
	}
	if g.Timeout < 0 || g.Timeout > awslimits.ExecutionSeconds {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow's timeout is %d seconds: want 1 to %d, which is a year", g.Timeout, awslimits.ExecutionSeconds)})
	}
	if len(g.Nodes) == 0 {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("flow %s has no steps", g.Flow), Hint: "begin the flow with lokki.Start"})
		return errors.Join(v.problems...)
	}
	v.scope(g.Nodes, &scope{})
	if result, ok := v.steps[g.Result]; !ok || result.in.holds != nil {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow's result is that of %q, which is no step outside all maps", g.Result)})
	}
	if len(v.problems) == 0 { // the maps are valid
		v.problems = OptionProblems(g.Nodes)
	}
	return errors.Join(v.problems...)
}

type validator struct {
	problems []error
	steps    map[string]placed // those before the next node, by name
	maps     map[string]*Map
}

// scope is that of a map, or the flow's.
type scope struct {
	holds *Map   // nil for the flow
	outer *scope // nil for the flow
}

type placed struct {
	step Step
	in   *scope
}

// within reports whether the scope is the other one or lies in it.
func (s *scope) within(other *scope) bool {
	for ; s != nil; s = s.outer {
		if s == other {
			return true
		}
	}
	return false
}

func (v *validator) report(p Problem) { v.problems = append(v.problems, p) }

// about reports a problem with one step.
func (v *validator) about(n Step, format string, args ...any) {
	v.report(Problem{Position: n.Position, Step: n.Name, What: fmt.Sprintf(format, args...)})
}

func (v *validator) aboutMap(m Map, format string, args ...any) {
	v.report(Problem{Position: m.Position, Step: m.Name, What: fmt.Sprintf(format, args...)})
}

func (v *validator) scope(nodes []Node, in *scope) {
	for _, n := range nodes {
		switch {
		case n.Step != nil && n.Map == nil:
			v.names(*n.Step)
			v.args(*n.Step, in)
			v.steps[n.Step.Name] = placed{*n.Step, in}
		case n.Map != nil && n.Step == nil:
			v.mapped(n.Map, in)
			v.scope(n.Map.Nodes, &scope{holds: n.Map, outer: in})
		default:
			v.report(Problem{What: "a node is neither a step nor a map"})
		}
	}
}

// names checks the names of the step, its function and its types.
func (v *validator) names(n Step) {
	if !nameForm.MatchString(n.Name) {
		v.about(n, "the name %q is not in the form \"flap-bird\"", n.Name)
	}
	if first, ok := v.steps[n.Name]; ok {
		v.about(n, "the name is used twice, first at %s", first.step.Position)
	}
	if !qualified(n.Function) {
		v.about(n, "the function %q is not in the form \"example.com/birds.FlapBird\"", n.Function)
	} else if _, err := Name(identOf(n.Function)); err != nil {
		v.about(n, "the function: %v", err)
	}
	if n.Out == "" {
		v.about(n, "the type of its result is missing")
	}
}

// args checks where the step's arguments come from.
func (v *validator) args(n Step, in *scope) {
	if len(n.Args) == 0 {
		v.about(n, "it has no argument")
	}
	first := len(v.steps) == 0
	takesInput := false
	for _, a := range n.Args {
		if a.Type == "" {
			v.about(n, "the type of an argument is missing")
		}
		takesInput = takesInput || a.As == Input
		v.source(n, a, in)
	}
	switch {
	case first && (!takesInput || len(n.Args) > 1 || in.holds != nil):
		v.about(n, "the first step takes something else than the execution's input alone")
	case takesInput && !first:
		v.about(n, "it takes the execution's input, which only the first step does")
	}
	if n.Defaults != nil && !takesInput {
		v.about(n, "defaults, which only the first step can have")
	}
	if n.Defaults != nil && !json.Valid(n.Defaults) {
		v.about(n, "the defaults are not valid JSON")
	}
}

// source checks that the step can see where an argument comes from.
func (v *validator) source(n Step, a Arg, in *scope) {
	from, known := v.steps[a.From]
	switch a.As {
	case Input:
		if a.From != "" {
			v.about(n, "it takes the execution's input from %q", a.From)
		}
	case Value:
		if !known {
			v.about(n, "it takes the value of %q, which is no step before it", a.From)
		} else if !in.within(from.in) {
			v.about(n, "it takes the value of %s, which is in the map over %s: take that map's results", a.From, from.in.holds.Name)
		}
	case Item:
		around := in
		for around.holds != nil && around.holds.Name != a.From {
			around = around.outer
		}
		if around.holds == nil {
			v.about(n, "it takes an item of %q, which is no map around it", a.From)
		}
	case Results:
		if !known {
			v.about(n, "it takes the results of %q, which is no step before it", a.From)
		} else if from.in.outer != in {
			v.about(n, "it takes the results of %s, which is not in a map beside it", a.From)
		}
	default:
		v.about(n, "an argument is %q: want input, value, item or results", a.As)
	}
}

func (v *validator) mapped(m *Map, in *scope) {
	if !nameForm.MatchString(m.Name) {
		v.aboutMap(*m, "the map's name %q is not in the form \"flap-bird\"", m.Name)
	}
	if first, ok := v.maps[m.Name]; ok {
		v.aboutMap(*m, "the map's name is used twice, first at %s", first.Position)
	}
	v.maps[m.Name] = m
	if over, ok := v.steps[m.Over]; !ok || over.in != in {
		v.aboutMap(*m, "it maps the list of %q, which is no step before it in its scope", m.Over)
	}
	if len(m.Nodes) == 0 {
		v.aboutMap(*m, "the map has no steps")
	}
}

// qualified reports whether function is an import path, a dot and a name.
func qualified(function string) bool {
	dot := strings.LastIndexByte(function, '.')
	return dot > strings.LastIndexByte(function, '/')+1 && dot < len(function)-1
}

// identOf returns the name in a qualified function.
func identOf(function string) string { return function[strings.LastIndexByte(function, '.')+1:] }
