package plan

import "sort"

const (
	// MaxLambdas is how many Lambdas an account runs at once in a Region, unless its
	// quota was raised. A new account has fewer, 10 at first, and AWS raises that with
	// use (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
	// The build doesn't know the account, and a map that is wider than the account only
	// waits: see the retry rules of every step in package graph.
	MaxLambdas = 1000

	// MaxMapRuns is how many map runs an account may have open at once
	// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
	// Others wait, and inner map runs wait forever if the outer ones have taken
	// every slot.
	MaxMapRuns = 1000
)

// shareLambdas sets how many children each map runs at once.
//
// A map without a concurrency gets a share of what the maps around it and inside
// it leave of 1,000 Lambdas: each an equal share, because the lengths of their
// lists are unknown. Two maps in a row don't share, because they never run at
// once in one child.
func (p *Plan) shareLambdas() {
	for _, m := range p.Maps {
		m.AtOnce = m.Concurrency
	}
	for _, m := range p.Maps {
		if m.Concurrency == 0 {
			m.AtOnce = m.share() // the maps around it have theirs
		}
	}
}

// share is what the map may take so that every path through it stays within both
// quotas, but at least 1.
func (m *Map) share() int {
	around := m.Around()
	lambdas := MaxLambdas / min(MaxLambdas, children(around))
	open, runs := mapRuns(m.path()), children(around)
	most := lambdas
	for _, inner := range m.All() {
		path := inner.path()[len(around):]
		unset := 0
		for _, other := range path {
			if other.AtOnce == 0 {
				unset++
			}
		}
		most = min(most, root(lambdas/children(path), unset))
		if below := path[1:]; len(below) > 0 { // each child has its own map runs
			most = min(most, (MaxMapRuns-open)/times(runs, mapRuns(below)))
		}
	}
	return max(1, most)
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

// root is the largest r whose k-th power is at most n.
func root(n, k int) int {
	return sort.Search(n, func(r int) bool {
		power := 1
		for range k {
			power = times(power, r+1)
		}
		return power > n
	})
}
