package asl

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
)

const (
	// maxLambdas is how many Lambdas an account runs at once in a Region, unless its
	// quota was raised. A new account has fewer, 10 at first, and AWS raises that with
	// use (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
	// The build doesn't know the account, and a map that is wider than the account only
	// waits: see the retry rules of every step in internal/graph.
	maxLambdas = 1000

	// maxMapRuns is how many map runs an account may have open at once
	// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
	// Others wait, and inner map runs wait forever if the outer ones have taken
	// every slot.
	maxMapRuns = 1000
)

// Concurrency returns how many children each map of a valid graph runs at once,
// by the name of the map's first node.
//
// A map without a concurrency gets a share of what the maps around it and inside
// it leave of 1,000 Lambdas: each an equal share, because the lengths of their
// lists are unknown. Two maps in a row don't share, because they never run at
// once in one child.
func Concurrency(g graph.Graph) map[string]int {
	l := levels{nodes: g.Nodes, value: map[string]int{}}
	for _, n := range g.Nodes {
		if n.Kind == graph.Map {
			l.value[n.Name] = n.Concurrency
		}
	}
	for i, n := range g.Nodes {
		if n.Kind == graph.Map && n.Concurrency == 0 {
			l.value[n.Name] = l.share(i) // the maps around it have theirs
		}
	}
	return l.value
}

// levels are the maps of a graph with their concurrency, or 0 if not set yet. A
// map's path, its Scope, leads from the outermost map to it.
type levels struct {
	nodes []graph.Node
	value map[string]int
}

// share is what the map at node i may take so that every path through it stays
// within both quotas, but at least 1.
func (l levels) share(i int) int {
	n := l.nodes[i]
	around := n.Scope[:len(n.Scope)-1]
	lambdas := maxLambdas / min(maxLambdas, l.product(around))
	open, runs := l.mapRuns(n.Scope), l.product(around)
	most := lambdas
	for _, inner := range l.inside(i) {
		path := inner.Scope[len(around):]
		unset := 0
		for _, name := range path {
			if l.value[name] == 0 {
				unset++
			}
		}
		most = min(most, root(lambdas/l.product(path), unset))
		if below := path[1:]; len(below) > 0 { // each child has its own map runs
			most = min(most, (maxMapRuns-open)/times(runs, l.mapRuns(below)))
		}
	}
	return max(1, most)
}

// inside returns the map at node i and the maps inside it.
func (l levels) inside(i int) []graph.Node {
	var maps []graph.Node
	for k, n := range l.nodes[i:] {
		if k > 0 && len(n.Scope) < len(l.nodes[i].Scope) {
			break
		}
		if n.Kind == graph.Map {
			maps = append(maps, n)
		}
	}
	return maps
}

// product is how many children of the last map on the path run at once; maps
// without a value count as 1.
func (l levels) product(path []string) int {
	p := 1
	for _, name := range path {
		p = times(p, max(1, l.value[name]))
	}
	return p
}

// mapRuns is how many map runs of the maps on the path are open at once: 1 of
// the first, and for each other map one per child around it.
func (l levels) mapRuns(path []string) int {
	open := 0
	for i := range path {
		open += l.product(path[:i])
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

// checkMapRuns reports each outermost map in which too many map runs are open.
// Only concurrencies that the flow sets can cause that.
func (b *builder) checkMapRuns() {
	l := levels{nodes: b.nodes, value: b.concurrency}
	for i, n := range b.nodes {
		if n.Kind != graph.Map || len(n.Scope) > 1 {
			continue
		}
		inside := l.inside(i)
		worst := slices.MaxFunc(inside, func(x, y graph.Node) int { return l.mapRuns(x.Scope) - l.mapRuns(y.Scope) })
		if l.mapRuns(worst.Scope) > maxMapRuns {
			b.reportMapRuns(l, inside, worst)
		}
	}
}

func (b *builder) reportMapRuns(l levels, inside []graph.Node, worst graph.Node) {
	var given []graph.Node // on the path, with maps inside them
	for _, n := range inside {
		if n.Concurrency > 0 && slices.Contains(worst.Scope[:len(worst.Scope)-1], n.Name) {
			given = append(given, n)
		}
	}
	if len(given) == 0 {
		return // deeper than a map may be, which is reported elsewhere
	}
	var counts []string
	for i, name := range worst.Scope {
		counts = append(counts, fmt.Sprintf("%d of %s", l.product(worst.Scope[:i]), name))
	}
	what := fmt.Sprintf("%d map runs may be open at the same time, %s; Step Functions has %d for an account",
		l.mapRuns(worst.Scope), strings.Join(counts, ", "), maxMapRuns)
	for _, n := range given {
		// The other maps keep their concurrency.
		fits := sort.Search(n.Concurrency, func(c int) bool {
			l.value[n.Name] = c + 1
			return l.mapRuns(worst.Scope) > maxMapRuns
		})
		l.value[n.Name] = n.Concurrency
		if fits > 0 {
			b.report(n, what, fmt.Sprintf("give the map lokki.Concurrency(%d) at most, or leave it out", fits))
			return
		}
	}
	b.report(given[0], what, "leave lokki.Concurrency out where a map holds another one, or divide 1000 between them")
}
