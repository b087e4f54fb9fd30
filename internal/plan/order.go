package plan

import (
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
)

// Order says in which order the units of a scope run: one unit, or parts one after
// the other, or parts at the same time.
type Order struct {
	Unit     Unit // if there are no parts
	Sequence []Order
	Parallel []Order
}

// Wait is an order that the flow doesn't ask for: sequences and parallel parts can't
// express every order, so a unit may also wait for another one.
type Wait struct{ Unit, For Unit }

// Order arranges the units of a scope, those of a map or Plan.Nodes, as sequences and
// parallel parts that keep the order of all data. Among the orders that do, it takes
// one that adds few waits, and returns those.
//
// An order without an N, in which a and b come before c, and only b before d, is
// expressed exactly: unrelated groups are parallel, and groups each of whose units is
// related to all others are in sequence (Valdes, Tarjan, Lawler: The recognition of
// series parallel digraphs, 1982).
func (p *Plan) Order(units []Unit) (Order, []Wait) {
	needs := p.direct(units)
	if isChain(needs) { // as most scopes are; what follows takes the square of their length
		order := Order{Sequence: make([]Order, len(units))}
		for i, u := range units {
			order.Sequence[i].Unit = u
		}
		if len(units) == 1 {
			order = order.Sequence[0]
		}
		return order, nil
	}
	a := arranger{units: units, before: closure(needs)}
	all := make([]int, len(units))
	for i := range all {
		all[i] = i
	}
	order := a.arrange(all)
	return order, a.added
}

// direct returns the indices of the units whose values each unit takes.
func (p *Plan) direct(units []Unit) [][]int {
	place := map[string]int{} // of each step, by name
	for i, u := range units {
		for _, s := range u.Steps() {
			place[s.Name] = i
		}
	}
	needs := make([][]int, len(units))
	for i, u := range units {
		for _, name := range p.needs(u) {
			if k, ok := place[name]; ok && k != i {
				needs[i] = append(needs[i], k)
			}
		}
	}
	return needs
}

// isChain reports whether each unit takes a value of the one before.
func isChain(needs [][]int) bool {
	for i := 1; i < len(needs); i++ {
		if !slices.Contains(needs[i], i-1) {
			return false
		}
	}
	return true
}

// closure returns which units must end before each unit starts, directly or through
// others.
func closure(needs [][]int) [][]bool {
	before := make([][]bool, len(needs))
	for i := range needs {
		before[i] = make([]bool, len(needs))
		for _, k := range needs[i] {
			before[i][k] = true
			for j, also := range before[k] {
				before[i][j] = before[i][j] || also
			}
		}
	}
	return before
}

// needs returns the names of all steps that a unit takes values of.
func (p *Plan) needs(u Unit) []string {
	if u.Map == nil {
		var names []string
		for _, a := range u.Step.Args {
			if a.As == graph.Value || a.As == graph.Results {
				names = append(names, a.From)
			}
		}
		return names
	}
	names := []string{u.Map.Over}
	for _, inner := range u.Map.Nodes {
		names = append(names, p.needs(inner)...)
	}
	return names
}

// arranger arranges units by their indices, which are a topological order.
type arranger struct {
	units  []Unit
	before [][]bool // before[i][k]: k ends before i starts
	added  []Wait
}

func (a *arranger) related(i, k int) bool { return a.before[i][k] || a.before[k][i] }

func (a *arranger) arrange(set []int) Order {
	if len(set) == 1 {
		return Order{Unit: a.units[set[0]]}
	}
	if groups := components(set, a.related); len(groups) > 1 {
		return Order{Parallel: a.all(groups)}
	}
	groups := components(set, func(i, k int) bool { return !a.related(i, k) })
	if len(groups) == 1 {
		groups = a.cut(set)
	}
	return Order{Sequence: a.all(groups)}
}

func (a *arranger) all(groups [][]int) []Order {
	orders := make([]Order, len(groups))
	for i, g := range groups {
		orders[i] = a.arrange(g)
	}
	return orders
}

// components returns the groups that edges connect, in the order of their first units.
func components(set []int, edge func(i, k int) bool) (groups [][]int) {
	left := slices.Clone(set)
	for len(left) > 0 {
		group := []int{left[0]}
		left = left[1:]
		for at := 0; at < len(group); at++ {
			left = slices.DeleteFunc(left, func(k int) bool {
				if !edge(group[at], k) {
					return false
				}
				group = append(group, k)
				return true
			})
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	return groups
}

// cut splits a set into two parts, of which the second waits for the whole first, with
// the fewest additional waits among the cuts before or after what a unit needs. No
// unit of the first part needs one of the second: a cut takes all that a unit needs, or
// leaves out all that needs it.
func (a *arranger) cut(units []int) [][]int {
	needs := make([]bitset, len(units)) // by place among the units
	for i, u := range units {
		needs[i] = newBitset(len(units))
		for k, other := range units {
			if a.before[u][other] {
				needs[i].add(k)
			}
		}
	}
	var best bitset
	fewest := -1
	for u := range units {
		without := newBitset(len(units)) // all that doesn't need u
		for k := range units {
			if !needs[k].has(u) {
				without.add(k)
			}
		}
		with := slices.Clone(needs[u])
		with.add(u)
		others := slices.Clone(without)
		others.remove(u)
		for _, first := range []bitset{needs[u], with, without, others} {
			if n, ok := waits(needs, first, fewest); ok {
				fewest, best = n, first
			}
		}
	}
	var first, second []int
	for i, u := range units {
		if best.has(i) {
			first = append(first, u)
		} else {
			second = append(second, u)
		}
	}
	for _, k := range second {
		for _, i := range first {
			if !a.before[k][i] {
				a.before[k][i] = true
				a.added = append(a.added, Wait{Unit: a.units[k], For: a.units[i]})
			}
		}
	}
	return [][]int{first, second}
}

// waits counts what all units outside of first additionally wait for. It is not ok if
// that is fewest or more, or if a part is empty.
func waits(needs []bitset, first bitset, fewest int) (n int, ok bool) {
	if size := first.size(); size == 0 || size == len(needs) {
		return 0, false
	}
	for k := range needs {
		if first.has(k) {
			continue
		}
		n += first.without(needs[k])
		if fewest >= 0 && n >= fewest {
			return 0, false
		}
	}
	return n, true
}
