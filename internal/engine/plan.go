package engine

import "github.com/lokki-build/lokki/internal/plan"

// stage is a step to call, or a map: the stages to run for each of its children.
type stage struct {
	node  int // index of the step in the plan
	split int // how many items one child takes, if a map takes the step's list; otherwise 0
	of    *plan.Map
	body  []stage // of the map
}

// stagesOf turns the units of a scope into stages. The aggregation of a map is a step
// like any other, applied to the list of results.
func stagesOf(units []plan.Unit) []stage {
	var all []stage
	for _, u := range units {
		if u.Map != nil {
			all = append(all, stage{of: u.Map, body: stagesOf(u.Map.Nodes)})
			continue
		}
		s := stage{node: u.Step.Index}
		if len(u.Step.MappedBy) > 0 {
			s.split = u.Step.MappedBy[0].BatchSize()
		}
		all = append(all, s)
	}
	return all
}

// nodes lists the indices of the nodes in a stage in data order.
func (s stage) nodes() []int {
	if s.body == nil {
		return []int{s.node}
	}
	var all []int
	for _, inner := range s.body {
		all = append(all, inner.nodes()...)
	}
	return all
}
