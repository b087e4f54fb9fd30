// Package graph is the one intermediate form between the flow a user wrote and
// everything that is made from it: the state machine, the template, the
// pictures and the local run.
//
// A flow is a tree of scopes: a scope is a list of nodes, and a map is a node with a
// scope of its own. Edges are the steps' arguments; they refer to nodes by name. What
// follows from them, such as the order of the steps, is in package plan.
package graph

import "encoding/json"

// Version is the version of the JSON form. It changes when a reader of the
// old form would misread the new one.
const Version = 2

// Graph is one flow.
type Graph struct {
	Version  int    `json:"version"`
	Flow     string `json:"flow"`              // the flow's name, as in "birds-flow"
	Function string `json:"function"`          // the flow function, as in "example.com/birds.BirdsFlow"
	Position string `json:"position"`          // where the flow starts, as in "flows/birds.go:31"
	Timeout  int    `json:"timeout,omitempty"` // seconds that an execution may take; 0 is no limit
	Result   string `json:"result"`            // name of the step whose value is the flow's
	Nodes    []Node `json:"nodes"`             // in the order of the flow's calls: a node takes values of earlier ones
}

// Node is a step or a map. Exactly one is set.
type Node struct {
	Step *Step
	Map  *Map
}

// Step is one use of a step in a flow.
type Step struct {
	Name     string          `json:"step"`               // unique in the flow, as in "flap-bird"
	Function string          `json:"function"`           // as in "example.com/birds.FlapBird"
	Position string          `json:"position"`           // the flow's call, as in "flows/birds.go:32"
	Args     []Arg           `json:"args"`               // in the order of the function's parameters
	Out      string          `json:"out"`                // Go type of the step's result
	Defaults json.RawMessage `json:"defaults,omitempty"` // of an input: the argument's default, as JSON

	StepOptions
}

// Map runs its nodes once for each item of a list.
type Map struct {
	Name     string `json:"map"`      // unique among maps: that of the first step in it
	Over     string `json:"over"`     // name of the step whose list it takes, in the scope around the map
	Position string `json:"position"` // the flow's call, as in "flows/birds.go:32"

	MapOptions

	Nodes []Node `json:"nodes"` // the map's scope
}

// Arg is one argument of a step.
type Arg struct {
	As   Source `json:"as"`
	From string `json:"from,omitempty"` // name of the step, or for an item of the map; empty for the input
	Type string `json:"type"`           // Go type of the argument
}

// Source says where an argument comes from.
type Source string

// The sources of arguments.
const (
	Input   Source = "input"   // the execution's input, merged over Defaults; of the first step only
	Value   Source = "value"   // the value of a step in the same scope or one around it
	Item    Source = "item"    // the item of a map around the step
	Results Source = "results" // the list of all values of a step in a map of the same scope
)

// Name returns the name of the step or map.
func (n Node) Name() string {
	if n.Map != nil {
		return n.Map.Name
	}
	return n.Step.Name
}

// Position returns the flow's call.
func (n Node) Position() string {
	if n.Map != nil {
		return n.Map.Position
	}
	return n.Step.Position
}

// Steps returns all steps in data order, those in maps too.
func (g Graph) Steps() []*Step {
	var all []*Step
	var walk func([]Node)
	walk = func(nodes []Node) {
		for _, n := range nodes {
			if n.Map != nil {
				walk(n.Map.Nodes)
			} else {
				all = append(all, n.Step)
			}
		}
	}
	walk(g.Nodes)
	return all
}
