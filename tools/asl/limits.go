package asl

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// checkName reports a name that is too long. Names are unique by construction:
// steps are kebab-case and unique in the graph, other states have a space.
func (b *builder) checkName(position, step, name, what string) {
	if over := len(name) - awslimits.NameLength; over > 0 {
		b.report(position, step, fmt.Sprintf("%s, %q, has %d characters; Step Functions allows %d", what, name, len(name), awslimits.NameLength),
			fmt.Sprintf("shorten the function's name by %d characters", over))
	}
}

// checkDepth reports a map that is nested too deep. Maps inside it are not
// reported again.
func (b *builder) checkDepth(m *plan.Map) {
	if len(m.Around()) == envelope.MaxDepth {
		b.report(m.Position, m.Name, fmt.Sprintf("the map is inside %d others; keys of values have room for the indices of %d maps",
			envelope.MaxDepth, envelope.MaxDepth), "merge maps: let a step list the pairs that two of them iterate over")
	}
}

func (b *builder) report(position, name, what, hint string) {
	b.problems = append(b.problems, graph.Problem{Position: position, Step: name, What: what, Hint: hint})
}

// label names a map in the ARNs of its runs and children.
func (b *builder) label(m *plan.Map) string {
	l := shorten(m.Name, awslimits.LabelLength)
	if other, ok := b.labels[l]; ok {
		b.report(m.Position, m.Name, fmt.Sprintf("the map has the same label as the map over %s, %q", other, l), "rename one of the two functions")
	}
	b.labels[l] = m.Name
	return l
}

// shorten cuts a name to limit characters. It includes part of the name's hash,
// so that names with the same beginning differ.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	h := plan.Hash(name)
	return name[:limit-len(h)-1] + "-" + h
}

func checkSize(g graph.Graph, definition []byte) error {
	if len(definition) <= awslimits.DefinitionBytes {
		return nil
	}
	steps := len(g.Steps())
	return graph.Problem{
		Position: g.Position,
		What: fmt.Sprintf("the state machine of %s has %d bytes; Step Functions allows %d (%d steps of %d bytes on average)",
			g.Flow, len(definition), awslimits.DefinitionBytes, steps, len(definition)/steps),
		Hint: "split the flow in two, or merge steps that always run one after the other",
	}
}
