package plan

import (
	"sort"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// shareLambdas sets how many children each map runs at once.
//
// A map without a concurrency gets a share of what the maps around it, inside it and
// beside it leave of 1,000 Lambdas: each an equal share, because the lengths of their
// lists are unknown. Only what runs at the same time shares: two maps in a sequence
// don't, because they never run at once in one child.
func (p *Plan) shareLambdas() {
	orders := map[*Map]Order{nil: p.order(p.Nodes)}
	for _, m := range p.Maps {
		m.AtOnce = m.Concurrency
		orders[m] = p.order(m.Nodes)
	}
	for _, m := range p.Maps {
		if m.Concurrency == 0 {
			m.AtOnce = share(m, orders) // the maps around it have theirs
		}
	}
}

func (p *Plan) order(units []Unit) Order {
	order, _ := p.Order(units)
	return order
}

// share is the most children of the map with which all that runs at the same time
// stays within both quotas, but at least 1.
func share(m *Map, orders map[*Map]Order) int {
	tooMany := func(n int) bool {
		lambdas := load{orders: orders, during: m, children: n, unset: n, step: 1}
		runs := load{orders: orders, during: m, children: n, unset: 1, mapRun: 1}
		return lambdas.flow() > awslimits.Lambdas || m.HoldsMap() && runs.flow() > awslimits.MapRuns
	}
	return max(1, sort.Search(awslimits.Lambdas, func(n int) bool { return tooMany(n + 1) }))
}

// load adds up the most that runs at the same time while one map does: Lambdas, or map
// runs.
type load struct {
	orders   map[*Map]Order // of the units of each map; of nil, the flow's
	during   *Map
	children int // of the map during
	unset    int // children of other maps that have no share yet
	step     int // what a step adds
	mapRun   int // what a map adds to its children
}

func (l load) flow() int {
	most, _ := l.most(l.orders[nil])
	return most
}

// most returns the load of an order, and whether the map during is in it.
func (l load) most(o Order) (most int, during bool) {
	switch {
	case o.Unit.Step != nil:
		return l.step, false
	case o.Unit.Map != nil:
		m := o.Unit.Map
		n := m.AtOnce
		if m == l.during {
			n = l.children
		} else if n == 0 {
			n = l.unset
		}
		child, inside := l.most(l.orders[m])
		return times(n, child) + l.mapRun, inside || m == l.during
	}
	for _, part := range o.Sequence {
		load, here := l.most(part)
		if here {
			return load, true // the other parts run before it or after it
		}
		most = max(most, load)
	}
	for _, part := range o.Parallel {
		load, here := l.most(part)
		most, during = min(most+load, plenty), during || here
	}
	return most, during
}

// All returns the map and the maps inside it, in data order.
func (m *Map) All() []*Map {
	all := []*Map{m}
	for _, u := range m.Nodes {
		if u.Map != nil {
			all = append(all, u.Map.All()...)
		}
	}
	return all
}

// OpenRuns returns how many runs of the maps around the map and of the map itself are
// open at once, and how many of them are of each, outermost first.
func (m *Map) OpenRuns() (all int, each []int) {
	path := m.path()
	for i := range path {
		each = append(each, children(path[:i]))
	}
	return mapRuns(path), each
}

// children is how many children of the last map on the path run at once; maps
// without a value count as 1.
func children(path []*Map) int {
	product := 1
	for _, m := range path {
		product = times(product, max(1, m.AtOnce))
	}
	return product
}

// mapRuns is how many map runs of the maps on the path are open at once: 1 of
// the first, and for each other map one per child around it.
func mapRuns(path []*Map) int {
	open := 0
	for i := range path {
		open += children(path[:i])
	}
	return open
}

// plenty caps products, above any quota.
const plenty = 1 << 30

func times(a, b int) int { return min(a*b, plenty) } // both are at most plenty
