package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/timelimit"
)

// Validate reports everything that is wrong with g, as joined Problems. Every
// tool may rely on what is checked here: unique kebab-case names, one Start that
// comes first, a chain in data order, and closed maps.
func (g Graph) Validate() error {
	if g.Version != Version {
		return wrongVersion(&g.Version)
	}
	v := validator{seen: map[string]string{}}
	if !nameForm.MatchString(g.Flow) {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow's name %q is not in the form \"birds-flow\"", g.Flow)})
	}
	if !qualified(g.Function) {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow function %q is not in the form \"example.com/birds.BirdsFlow\"", g.Function)})
	} else if _, err := Name(identOf(g.Function)); err != nil {
		v.report(Problem{Position: g.Position, What: "the flow function: " + err.Error()})
	}
	if g.Timeout < 0 || g.Timeout > timelimit.MaxExecution {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("the flow's timeout is %d seconds: want 1 to %d, which is a year", g.Timeout, timelimit.MaxExecution)})
	}
	if len(g.Nodes) == 0 {
		v.report(Problem{Position: g.Position, What: fmt.Sprintf("flow %s has no steps", g.Flow), Hint: "begin the chain with lokki.Start"})
	}
	for i, n := range g.Nodes {
		v.names(n)
		v.place(g.Nodes, i)
		v.nesting(n)
	}
	if k := len(v.open); k > 0 {
		v.report(Problem{
			Position: g.Position,
			What:     fmt.Sprintf("the map opened by %s is not closed", strings.Join(v.open, ", and inside it by ")),
			Hint:     "close each map with lokki.Agg, the innermost first",
		})
	}
	if len(v.problems) == 0 { // the scopes are valid
		v.problems = OptionProblems(g.Nodes)
	}
	return errors.Join(v.problems...)
}

type validator struct {
	problems []error
	seen     map[string]string // name → position of its first use
	open     []string          // the maps around the next node
}

func (v *validator) report(p Problem) { v.problems = append(v.problems, p) }

// about reports a problem with one node.
func (v *validator) about(n Node, format string, args ...any) {
	v.report(Problem{Position: n.Position, Step: n.Name, What: fmt.Sprintf(format, args...)})
}

// names checks the names of the node and its function.
func (v *validator) names(n Node) {
	if !nameForm.MatchString(n.Name) {
		v.about(n, "the name %q is not in the form \"flap-bird\"", n.Name)
	}
	if first, ok := v.seen[n.Name]; ok {
		v.about(n, "the name is used twice, first at %s", first)
	} else {
		v.seen[n.Name] = n.Position
	}
	if !qualified(n.Function) {
		v.about(n, "the function %q is not in the form \"example.com/birds.FlapBird\"", n.Function)
	} else if _, err := Name(identOf(n.Function)); err != nil {
		v.about(n, "the function: %v", err)
	}
	if n.In == "" || n.Out == "" {
		v.about(n, "the types of its argument and result are missing")
	}
}

// place checks the node's kind and edge against its place in the chain.
func (v *validator) place(nodes []Node, i int) {
	n, from := nodes[i], ""
	if i > 0 {
		from = nodes[i-1].Name
	}
	switch {
	case !slices.Contains([]Kind{Start, Then, Map, Agg}, n.Kind):
		v.about(n, "unknown kind %q", n.Kind)
	case i == 0 && n.Kind != Start:
		v.about(n, "the chain begins with a %s", n.Kind)
	case i > 0 && n.Kind == Start:
		v.about(n, "a start inside the chain, after %s", from)
	}
	if n.From != from {
		v.about(n, "it takes its value from %q, not from the node before it, %q", n.From, from)
	}
	if n.Defaults != nil && n.Kind != Start {
		v.about(n, "defaults, which only a start can have")
	}
	if n.Defaults != nil && !json.Valid(n.Defaults) {
		v.about(n, "the defaults are not valid JSON")
	}
}

// nesting follows the maps that open and close, and checks the node's scope.
func (v *validator) nesting(n Node) {
	switch {
	case n.Kind == Map:
		v.open = append(v.open, n.Name)
	case n.Kind == Agg && len(v.open) == 0:
		v.about(n, "it aggregates outside any map")
	case n.Kind == Agg:
		v.open = v.open[:len(v.open)-1]
	}
	if !slices.Equal(n.Scope, v.open) {
		v.about(n, "its scope is [%s], but the open maps are [%s]", strings.Join(n.Scope, " "), strings.Join(v.open, " "))
	}
}

// qualified reports whether function is an import path, a dot and a name.
func qualified(function string) bool {
	dot := strings.LastIndexByte(function, '.')
	return dot > strings.LastIndexByte(function, '/')+1 && dot < len(function)-1
}

// identOf returns the name in a qualified function.
func identOf(function string) string { return function[strings.LastIndexByte(function, '.')+1:] }
