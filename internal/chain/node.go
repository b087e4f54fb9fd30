// Package chain is the untyped core of package lokki: the nodes that a flow
// function chains, and the flow that is built from the last of them.
package chain

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/step"
)

type stepFunc[In, Out any] = func(context.Context, In) (Out, error)

// Node is one use of a step. It points to the node before it but to none after it,
// and does not change once it is made.
type Node struct {
	From     *Node
	Kind     Kind
	Symbol   string       // the linker's symbol of the step; empty for nil
	Caller   Frame        // the flow's call
	List     reflect.Type // the type of the list that a map takes its items from
	In, Out  reflect.Type
	Defaults json.RawMessage // a start's, encoded
	Step     step.Step
	Options  Options

	made        *made // every node that begins with the same start
	defaultsErr error
	options     map[string]bool // names of the options that were given
	refused     []refused
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

// Options are those of the step, and of the map that the node opens.
type Options struct {
	graph.StepOptions
	graph.MapOptions
}

// refused is an invalid option.
type refused struct{ what, hint string }

// New makes a node that calls f with the value of from.
func New[In, Out any](from *Node, kind Kind, f stepFunc[In, Out], caller Frame) *Node {
	n := &Node{
		From:   from,
		Kind:   kind,
		Symbol: symbolOf(f),
		Caller: caller,
		In:     reflect.TypeFor[In](),
		Out:    reflect.TypeFor[Out](),
		Step:   step.Of(f),
	}
	n.record()
	return n
}

// SetDefaults encodes the value that the execution's input overrides. An error of
// the encoding is reported with the flow's other problems.
func (n *Node) SetDefaults(v any) {
	data, err := codec.MarshalValue(v)
	n.Defaults, n.defaultsErr = data, err
}

// Refuse reports an option's value with the flow's other problems.
func (n *Node) Refuse(what, hint string) { n.refused = append(n.refused, refused{what, hint}) }

// Once refuses the named option if the node already has it.
func (n *Node) Once(option string) {
	if n.options[option] {
		n.Refuse(option+" is given twice", "keep one of them")
	}
	if n.options == nil {
		n.options = map[string]bool{}
	}
	n.options[option] = true
}

// nodes lists the chain that ends with n in data order.
func (n *Node) nodes() []*Node {
	var all []*Node
	for ; n != nil; n = n.From {
		all = append(all, n)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}
