// Package plan derives from a flow's graph what everything made from the flow needs to
// know: in which map a step runs, who takes its list or its results, in which order
// the units of a scope run, and how many children of a map run at once.
package plan

import (
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
)

// Plan is a valid graph with what follows from it.
type Plan struct {
	Graph graph.Graph
	Steps []*Step // in data order, those in maps too
	Maps  []*Map  // in data order, a map before those inside it
	Nodes []Unit  // the nodes outside of maps, in data order

	steps map[string]*Step
	maps  map[string]*Map
}

// Step is a step in its place.
type Step struct {
	*graph.Step
	Index    int    // in Plan.Steps
	In       *Map   // the innermost map around it; nil outside of maps
	Opens    *Map   // In, if this is its first step and takes its item
	Closes   *Map   // the map whose results it takes; nil if it takes none
	MappedBy []*Map // the maps over its list, which is then stored as items
}

// Map is a map in its place.
type Map struct {
	*graph.Map
	Index  int    // in Plan.Maps
	In     *Map   // the innermost map around it; nil outside of maps
	List   *Step  // the step whose list it takes
	Nodes  []Unit // of its scope, in data order
	Closed *Step  // the step that takes its results; nil if none does
	AtOnce int    // children that run at once in one run of the map
}

// Unit is what a scope runs: a step or a whole map. One of the two is set.
type Unit struct {
	Step *Step
	Map  *Map
}

// New plans a valid graph.
func New(g graph.Graph) *Plan {
	p := &Plan{Graph: g, steps: map[string]*Step{}, maps: map[string]*Map{}}
	p.Nodes = p.scope(g.Nodes, nil)
	p.shareLambdas()
	return p
}

func (p *Plan) scope(nodes []graph.Node, in *Map) (units []Unit) {
	for i, n := range nodes {
		if n.Map == nil {
			s := p.addStep(n.Step, in)
			if in != nil && i == 0 && takesItem(n.Step, in) {
				s.Opens = in
			}
			units = append(units, Unit{Step: s})
			continue
		}
		m := &Map{Map: n.Map, Index: len(p.Maps), In: in, List: p.steps[n.Map.Over]}
		m.List.MappedBy = append(m.List.MappedBy, m)
		p.Maps = append(p.Maps, m)
		p.maps[m.Name] = m
		m.Nodes = p.scope(n.Map.Nodes, m)
		units = append(units, Unit{Map: m})
	}
	return units
}

func (p *Plan) addStep(n *graph.Step, in *Map) *Step {
	s := &Step{Step: n, Index: len(p.Steps), In: in}
	for _, a := range n.Args {
		if a.As == graph.Results {
			s.Closes = p.steps[a.From].In
			s.Closes.Closed = s
		}
	}
	p.Steps = append(p.Steps, s)
	p.steps[s.Name] = s
	return s
}

func takesItem(n *graph.Step, of *Map) bool {
	return slices.ContainsFunc(n.Args, func(a graph.Arg) bool { return a.As == graph.Item && a.From == of.Name })
}

// Step returns the step of that name, or nil.
func (p *Plan) Step(name string) *Step { return p.steps[name] }

// Map returns the map of that name, or nil.
func (p *Plan) Map(name string) *Map { return p.maps[name] }

// First returns the step that takes the execution's input.
func (p *Plan) First() *Step { return p.Steps[0] }

// Result returns the step whose value is the flow's.
func (p *Plan) Result() *Step { return p.steps[p.Graph.Result] }

// Takes returns the first argument: what the flow passes on to the step, unlike the
// values that it takes besides.
func (s *Step) Takes() graph.Arg { return s.Args[0] }

// From returns the step that stored the first argument, or nil if it is the input.
func (p *Plan) From(s *Step) *Step {
	switch a := s.Takes(); a.As {
	case graph.Input:
		return nil
	case graph.Item:
		return p.maps[a.From].List
	default:
		return p.steps[a.From]
	}
}

// Around returns the maps around the step, outermost first.
func (s *Step) Around() []*Map { return s.In.path() }

// Around returns the maps around the map, outermost first.
func (m *Map) Around() []*Map { return m.In.path() }

// path returns the maps around the map and itself, outermost first.
func (m *Map) path() []*Map {
	if m == nil {
		return nil
	}
	return append(m.In.path(), m)
}

// Scope returns the names of the maps around the step, outermost first.
func (s *Step) Scope() []string {
	var names []string
	for _, m := range s.Around() {
		names = append(names, m.Name)
	}
	return names
}

// HoldsMap reports whether there is a map inside the map.
func (m *Map) HoldsMap() bool {
	return slices.ContainsFunc(m.Nodes, func(u Unit) bool { return u.Map != nil })
}

// First returns the first step in the map.
func (m *Map) First() *Step {
	for u := m.Nodes[0]; ; u = u.Map.Nodes[0] {
		if u.Step != nil {
			return u.Step
		}
	}
}

// Name returns the name of the step or map.
func (u Unit) Name() string {
	if u.Map != nil {
		return u.Map.Name
	}
	return u.Step.Name
}

// Steps returns all steps of the unit in data order.
func (u Unit) Steps() []*Step {
	if u.Map == nil {
		return []*Step{u.Step}
	}
	var all []*Step
	for _, inner := range u.Map.Nodes {
		all = append(all, inner.Steps()...)
	}
	return all
}

// Verb returns the verb of package lokki that the step is used with.
func (s *Step) Verb() string {
	switch s.Takes().As {
	case graph.Input:
		return "start"
	case graph.Results:
		return "agg"
	case graph.Item:
		return "map"
	}
	return "then"
}
