package asl

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

type builder struct {
	plan      *plan.Plan
	flow      string
	express   bool              // the next step runs in an Express workflow
	functions map[string]string // substitution by symbol
	labels    map[string]string // name of the map by label
	problems  []error
}

func newBuilder(p *plan.Plan) *builder {
	b := &builder{plan: p, flow: p.Graph.Flow, functions: map[string]string{}, labels: map[string]string{}}
	for _, f := range p.Functions() {
		b.functions[f.Symbol] = f.Substitution()
	}
	b.checkName(p.Graph.Position, "", b.flow, "the flow's name")
	b.checkMapRuns()
	return b
}

// scope builds the states of a map's child, or of the flow.
func (b *builder) scope(units []plan.Unit) states {
	var s states
	for _, u := range units {
		if u.Map != nil {
			s = append(s, b.mapStates(u.Map)...)
		} else {
			s = append(s, b.task(u.Step))
		}
	}
	s.link()
	return s
}

// mapStates builds the states of a map, except for its aggregation.
func (b *builder) mapStates(m *plan.Map) states {
	choice := state{name: "Items for " + m.Name + "?", body: &choiceState{
		Type:    "Choice",
		Comment: fmt.Sprintf("%s: an empty list goes straight to %s", m.Position, m.Closed.Name),
		Choices: []choiceRule{{Variable: "$.count", NumericEquals: 0}},
	}}
	body := &mapState{
		Type:           "Map",
		Comment:        mapComment(m),
		Label:          b.label(m),
		MaxConcurrency: m.AtOnce,
		Tolerate:       m.Tolerate,
		ItemReader:     newItemReader(),
		ItemSelector:   newItemSelector(),
		ResultWriter:   newResultWriter(b.flow, m.Name),
		Retry:          written(mapRetries),
	}
	if m.Tolerate > 0 {
		results := resultsPath
		body.ResultPath = &results
	}
	b.checkName(m.Position, m.Name, choice.name, "the state before the map") // the longest of the map's names
	b.checkDepth(m)

	b.express = m.Express // which holds no other map
	body.ItemProcessor = newProcessor(b.scope(m.Nodes), m.Express)
	b.express = false
	return states{choice, {name: "Map " + m.Name, body: body}}
}

// mapComment describes what a map's children do.
func mapComment(m *plan.Map) string {
	c := fmt.Sprintf("%s: runs %s once for each item of %s", m.Position, m.Name, m.Over)
	if size := m.BatchSize(); size > 1 {
		c += fmt.Sprintf(", up to %d items in a child", size)
	}
	if m.Tolerate > 0 {
		c += fmt.Sprintf("; %v%% of the children may fail", m.Tolerate)
	}
	return c
}

// task builds the Task of a step.
func (b *builder) task(s *plan.Step) state {
	if s.Opens == nil {
		b.checkName(s.Position, s.Name, s.Name, "the step's name")
	}
	p, what := b.payload(s)
	return state{name: s.Name, body: &taskState{
		Type:           "Task",
		Comment:        s.Position + ": " + what,
		Resource:       "${" + Invoke + "}",
		Parameters:     invocation{FunctionName: "${" + b.functions[s.Function] + "}", Payload: p},
		TimeoutSeconds: b.timeout(),
		Retry:          retriers(s.StepOptions),
		OutputPath:     "$.Payload",
	}}
}

// payload builds what the step's Lambda receives, and says in words what the step
// takes.
func (b *builder) payload(s *plan.Step) (p payload, what string) {
	p = payload{
		Flow:    b.flow,
		Run:     "$.run",
		Step:    s.Name,
		Limit:   s.Timeout,
		Last:    s == b.plan.Result(),
		Attempt: "$$.State.RetryCount",
	}
	if from := b.plan.From(s); from != nil {
		p.From = from.Name
	}
	switch s.Takes().As {
	case graph.Input:
		// A child of a map is a separate execution, so the run's id is made
		// here, once, and passed from state to state.
		p.Run, p.Path, p.Input = envelope.RunExpression("${"+Stack+"}"), new(string), "$"
		p.Defaults = b.defaults(s)
		what = "takes the execution's input"
	case graph.Item:
		p.Batch = "$.batch"
		what = "takes items of " + p.From
	case graph.Results:
		p.Count = "$.count"
		what = "takes all results of " + p.From
		if size := s.Closes.BatchSize(); size > 1 {
			p.BatchSize = size
		}
		if s.Closes.Tolerate > 0 {
			p.Tolerate, p.State = s.Closes.Tolerate, "$"
			what = "takes the results of " + p.From + " whose child did not fail"
		}
	default:
		what = "takes the value of " + p.From
	}
	if p.Path == nil {
		p.PathRef = "$.path"
	}
	if len(s.MappedBy) > 0 {
		p.Split = s.MappedBy[0].BatchSize()
	}
	return p, what
}
