package chain

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// Flow is a built chain: its plan, and for each of the plan's steps the chain's
// node, which can be called.
type Flow struct {
	Plan  *plan.Plan
	Nodes []*Node
}

// Build makes a flow from the chain that computes a value. It is named after the
// function that made it, as found by flowFunction. All problems are reported,
// joined; each is a graph.Problem.
func Build(value Value) (Flow, error) {
	last := NodeOf(value)
	nodes := last.nodes()
	if len(nodes) == 0 {
		return build(nil, nil, "main.Flow")
	}
	function := flowFunction(nodes[0].Caller.frames(), last.Caller.frames(), Caller(0).frames())
	return build(nodes, nodes[:1], function)
}

// BuildFunc makes a flow from what the flow function fn returns, and names it after
// fn. A panic of the function is an error that wraps a *step.PanicError.
func BuildFunc[V Value](fn func() V) (Flow, error) {
	symbol := symbolOf(fn)
	if what, hint := refusal(symbol); what != "" {
		return Flow{}, graph.Problem{What: "the flow function can't be used: " + what, Hint: hint}
	}
	last, starts, err := callFlow(func() *Node { return NodeOf(fn()) })
	if err != nil {
		return Flow{}, fmt.Errorf("calling %s: %w", function(symbol), err)
	}
	nodes := last.nodes()
	if len(nodes) > 0 && !slices.Contains(starts, nodes[0]) {
		starts = append(starts, nodes[0])
	}
	return build(nodes, starts, function(symbol))
}

// build makes a flow from a chain, which must include every node that begins with
// one of the starts.
func build(nodes, starts []*Node, function string) (Flow, error) {
	b := builder{used: map[string]bool{}, uses: map[string]int{}}
	var position string
	if len(nodes) > 0 {
		position = nodes[0].Caller.Position()
	}
	_, ident := split(function)
	name, err := graph.Name(ident)
	if err != nil {
		b.report(graph.Problem{Position: position, What: "naming the flow: " + err.Error(), Hint: "rename the flow function"})
	}
	b.graph = graph.Graph{Version: graph.Version, Flow: name, Function: function, Position: position}
	b.checkStart(nodes)
	for _, n := range nodes {
		b.add(n)
	}
	b.checkDropped(nodes, starts)
	if len(b.problems) > 0 {
		return Flow{}, errors.Join(append(b.problems, graph.OptionProblems(b.graph.Nodes)...)...)
	}
	if err := b.graph.Validate(); err != nil {
		return Flow{}, err
	}
	return Flow{plan.New(b.graph), nodes}, nil
}

type builder struct {
	graph    graph.Graph
	open     []*graph.Map    // the maps around the next node
	steps    []*graph.Step   // all of them, in data order
	used     map[string]bool // names of nodes
	uses     map[string]int  // a function's name → how many nodes after its first were named after it
	problems []error
}

func (b *builder) report(p graph.Problem) { b.problems = append(b.problems, p) }

// checkStart reports values that no lokki.Start made, and those that flows could
// share.
func (b *builder) checkStart(nodes []*Node) {
	if len(nodes) > 0 && nodes[0].Kind == Start {
		if duringInit(nodes[0].Caller.frames()) {
			b.report(graph.Problem{
				Position: b.graph.Position,
				What:     "lokki.Start is called while the package is initialized, in a package variable or init function",
				Hint:     "call it in the flow function, so that each flow has its own",
			})
		}
		return
	}
	what := "the flow has no steps"
	if len(nodes) > 0 {
		what = "the chain does not begin with lokki.Start"
	}
	b.report(graph.Problem{Position: b.graph.Position, What: what, Hint: "begin the chain with lokki.Start: a zero lokki.Value has no chain"})
}

// add appends what n is in the graph and reports what is wrong with n.
func (b *builder) add(n *Node) {
	step := &graph.Step{Position: n.Caller.Position(), Out: n.Out.String(), Defaults: n.Defaults, StepOptions: n.Options.StepOptions}
	step.Name, step.Function = b.name(n)
	from := ""
	if len(b.steps) > 0 {
		from = b.steps[len(b.steps)-1].Name
	}
	arg := graph.Arg{As: graph.Value, From: from, Type: n.In.String()}
	switch n.Kind {
	case Start:
		arg.As = graph.Input
	case Map:
		m := &graph.Map{Name: step.Name, Over: from, Position: step.Position, MapOptions: n.Options.MapOptions}
		b.append(graph.Node{Map: m})
		b.open = append(b.open, m)
		arg.As, arg.From = graph.Item, m.Name
	case Agg:
		arg.As = graph.Results
		b.open = b.open[:max(0, len(b.open)-1)]
	}
	step.Args = []graph.Arg{arg}
	b.checkTypes(n, step)
	for _, r := range n.refused {
		b.report(graph.Problem{Position: step.Position, Step: step.Name, What: r.what, Hint: r.hint})
	}
	b.append(graph.Node{Step: step})
	b.steps = append(b.steps, step)
	b.graph.Result = step.Name
}

// append adds a node to the innermost open map, or to the flow.
func (b *builder) append(n graph.Node) {
	nodes := &b.graph.Nodes
	if len(b.open) > 0 {
		nodes = &b.open[len(b.open)-1].Nodes
	}
	*nodes = append(*nodes, n)
}

// name returns the node's name, unique in the flow, and the step's function.
func (b *builder) name(n *Node) (name, fn string) {
	path, ident := split(n.Symbol)
	problem := graph.Problem{Position: n.Caller.Position(), Step: ident}
	if what, hint := refusal(n.Symbol); what != "" {
		if ident == "" {
			problem.Step = string(n.Kind)
		}
		problem.What, problem.Hint = what, hint
		b.report(problem)
		return problem.Step, ""
	}
	name, err := graph.Name(ident)
	if err != nil {
		problem.What, problem.Hint = err.Error(), "rename the function"
		b.report(problem)
		return ident, path + "." + ident
	}
	first := name
	for b.used[name] {
		b.uses[first]++ // all lower numbers are taken
		name = fmt.Sprintf("%s-%d", first, b.uses[first]+1)
	}
	b.used[name] = true
	return name, path + "." + ident
}
