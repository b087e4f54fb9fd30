// Package asl turns a flow's graph into its state machine, in the Amazon States
// Language with JSONPath.
//
// A chain of steps becomes a chain of Task states. A map becomes three states:
// a Choice that sends an empty list straight to the aggregation, a Distributed
// Map whose children run the steps inside, and the aggregation's Task. Maps
// nest: a child's states are built like the machine's.
//
// What differs between environments is ${Name} in the definition; the
// template's DefinitionSubstitutions set its value.
package asl

import (
	"errors"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// The names of the substitutions, besides one for each function (see
// [plan.Function.Substitution]).
const (
	Partition = "Partition"      // as in "aws" or "aws-cn"
	Invoke    = "LambdaInvoke"   // ARN of the integration with Lambda
	Bucket    = "ArtifactBucket" // name of the bucket for the values
	Prefix    = "Prefix"         // first part of every key, without leading or trailing slashes
	Stack     = "Stack"          // identifies the stack: the UUID of its id
)

// Generate returns the state machine of g as indented JSON with a trailing
// newline: the same bytes for the same graph. The error joins everything that
// Step Functions would reject, each as a graph.Problem.
func Generate(g graph.Graph) ([]byte, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	b := newBuilder(plan.New(g))
	states := b.scope(b.plan.Nodes)
	if err := errors.Join(b.problems...); err != nil {
		return nil, err
	}
	definition, err := encode(machine{
		Comment: g.Position + ": " + g.Flow + ", from " + g.Function,
		StartAt: states[0].name,
		Timeout: g.Timeout,
		States:  states,
	})
	if err != nil {
		return nil, err
	}
	return definition, checkSize(g, definition)
}
