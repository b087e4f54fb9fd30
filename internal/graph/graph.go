// Package graph is the one intermediate form between the flow a user wrote and
// everything that is made from it: the state machine, the template, the
// pictures and the local run.
//
// A flow is a chain: every node reads what its predecessor wrote, and maps
// open and close like brackets. So the nodes are in data order, and the
// nesting follows from their kinds.
package graph

import "encoding/json"

// Version is the version of the JSON form. It changes when a reader of the
// old form would misread the new one.
const Version = 1

// Graph is one flow.
type Graph struct {
	Version  int    `json:"version"`
	Flow     string `json:"flow"`              // the flow's name, as in "birds-flow"
	Function string `json:"function"`          // the flow function, as in "example.com/birds.BirdsFlow"
	Position string `json:"position"`          // where the chain starts, as in "flows/birds.go:31"
	Timeout  int    `json:"timeout,omitempty"` // seconds that an execution may take; 0 is no limit
	Nodes    []Node `json:"nodes"`             // in data order; the first is the only Start
}

// Kind says how a node takes its input.
type Kind string

// The kinds of nodes, one for each verb of package lokki.
const (
	Start Kind = "start" // takes the execution's input, merged over Defaults
	Then  Kind = "then"  // takes the whole value of the node before
	Map   Kind = "map"   // opens a map: runs once for each item of the list before
	Agg   Kind = "agg"   // closes the innermost map: takes the list of all its results
)

// Node is one use of a step in a flow.
type Node struct {
	Name     string          `json:"name"`               // unique in the flow, as in "flap-bird"
	Kind     Kind            `json:"kind"`               //
	Function string          `json:"function"`           // the step, as in "example.com/birds.FlapBird"
	Position string          `json:"position"`           // the flow's call, as in "flows/birds.go:32"
	From     string          `json:"from,omitempty"`     // name of the node whose value this one takes; empty for Start
	Scope    []string        `json:"scope,omitempty"`    // names of the open maps around the call, outermost first; a map is in its own scope
	In       string          `json:"in"`                 // Go type of the step's argument
	Out      string          `json:"out"`                // Go type of the step's result
	Defaults json.RawMessage `json:"defaults,omitempty"` // Start only: the argument's default, as JSON

	Options
}
