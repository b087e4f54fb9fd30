package asl

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
)

// builder walks the nodes once, in data order.
type builder struct {
	flow        string
	nodes       []graph.Node
	at          int               // the next node
	express     bool              // the next node runs in an Express workflow
	functions   map[string]string // substitution by symbol
	labels      map[string]string // name of the map by label
	concurrency map[string]int    // children of a map that run at once, by its name
	problems    []error
}

func newBuilder(g graph.Graph) *builder {
	b := &builder{
		flow:        g.Flow,
		nodes:       g.Nodes,
		functions:   map[string]string{},
		labels:      map[string]string{},
		concurrency: Concurrency(g),
	}
	for _, f := range Functions(g) {
		b.functions[f.Symbol] = f.Substitution()
	}
	b.checkName(graph.Node{Position: g.Position}, g.Flow, "the flow's name")
	b.checkMapRuns()
	return b
}

// scope builds the states from the next node to the end of its map, or to the
// end of the flow.
func (b *builder) scope() states {
	s := states{b.task(graph.Options{})}
	for b.at < len(b.nodes) {
		next := b.nodes[b.at]
		if next.Kind == graph.Agg {
			break // it closes the map around this scope
		}
		var closedMap graph.Options
		if next.Kind == graph.Map {
			s = append(s, b.mapStates(next)...)
			closedMap = next.Options
		}
		s = append(s, b.task(closedMap)) // the Then, or the Agg that closed the map
	}
	s.link()
	return s
}

// mapStates builds the states of the map opened by first, except for its
// aggregation.
func (b *builder) mapStates(first graph.Node) states {
	choice := state{name: "Items for " + first.Name + "?", body: &choiceState{
		Type:    "Choice",
		Choices: []choiceRule{{Variable: "$.count", NumericEquals: 0}},
	}}
	outer := state{name: "Map " + first.Name, body: &mapState{
		Type:           "Map",
		Comment:        mapComment(first),
		Label:          b.label(first),
		MaxConcurrency: b.concurrency[first.Name],
		Tolerate:       first.Tolerate,
		ItemReader:     newItemReader(),
		ItemSelector:   newItemSelector(),
		ResultWriter:   newResultWriter(b.flow, first.Name),
		Retry:          written(mapRetries),
	}}
	if first.Tolerate > 0 {
		results := resultsPath
		outer.body.(*mapState).ResultPath = &results
	}
	b.checkName(first, choice.name, "the state before the map") // the longest of the map's names
	b.checkDepth(first)

	b.express = first.Express // which holds no other map
	inner := b.scope()
	b.express = false
	outer.body.(*mapState).ItemProcessor = newProcessor(inner, first.Express)
	// The graph is valid, so the node after the map's scope is its aggregation.
	choice.body.(*choiceState).Comment = fmt.Sprintf("%s: an empty list goes straight to %s", first.Position, b.nodes[b.at].Name)
	return states{choice, outer}
}

// mapComment describes what a map's children do.
func mapComment(first graph.Node) string {
	c := fmt.Sprintf("%s: runs %s once for each item of %s", first.Position, first.Name, first.From)
	if size := first.BatchSize(); size > 1 {
		c += fmt.Sprintf(", up to %d items in a child", size)
	}
	if first.Tolerate > 0 {
		c += fmt.Sprintf("; %v%% of the children may fail", first.Tolerate)
	}
	return c
}

// task builds the Task of the next node. closedMap has the options of the map that
// the node aggregates.
func (b *builder) task(closedMap graph.Options) state {
	n := b.nodes[b.at]
	b.at++
	if n.Kind != graph.Map {
		b.checkName(n, n.Name, "the step's name")
	}
	p := payload{
		Flow:    b.flow,
		Run:     "$.run",
		Step:    n.Name,
		From:    n.From,
		Limit:   n.Timeout,
		Last:    b.at == len(b.nodes),
		Attempt: "$$.State.RetryCount",
	}
	what := "takes the value of " + n.From
	switch n.Kind {
	case graph.Start:
		// A child of a map is a separate execution, so the run's id is made
		// here, once, and passed from state to state.
		p.Run, p.Path, p.Input = envelope.RunExpression("${"+Stack+"}"), new(string), "$"
		p.Defaults = b.defaults(n)
		what = "takes the execution's input"
	case graph.Map:
		p.Batch = "$.batch"
		what = "takes items of " + n.From
	case graph.Agg:
		p.Count = "$.count"
		what = "takes all results of " + n.From
		if size := closedMap.BatchSize(); size > 1 {
			p.BatchSize = size
		}
		if closedMap.Tolerate > 0 {
			p.Tolerate, p.State = closedMap.Tolerate, "$"
			what = "takes the results of " + n.From + " whose child did not fail"
		}
	}
	if p.Path == nil {
		p.PathRef = "$.path"
	}
	if b.at < len(b.nodes) && b.nodes[b.at].Kind == graph.Map {
		p.Split = b.nodes[b.at].BatchSize()
	}
	return state{name: n.Name, body: &taskState{
		Type:           "Task",
		Comment:        n.Position + ": " + what,
		Resource:       "${" + Invoke + "}",
		Parameters:     invocation{FunctionName: "${" + b.functions[n.Function] + "}", Payload: p},
		TimeoutSeconds: b.timeout(),
		Retry:          retriers(n.Options),
		OutputPath:     "$.Payload",
	}}
}
