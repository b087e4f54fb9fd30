package template

import (
	"slices"
	"strings"
)

// circles finds resources that can't be created in any order.
func (r *run) circles() problems {
	var all problems
	var path []string
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if i := slices.Index(path, id); i >= 0 {
			circle := append(slices.Clone(path[i:]), id)
			all = append(all, problem{r.t.find(id).at, "the resources depend on each other in a cycle: " + strings.Join(circle, " → "),
				"give a name instead of a reference, or move the reference into a separate resource"})
			return
		}
		if done[id] {
			return
		}
		path = append(path, id)
		for _, next := range slices.Compact(slices.Sorted(slices.Values(r.needs[id]))) {
			visit(next)
		}
		path = path[:len(path)-1]
		done[id] = true
	}
	for _, res := range r.t.resources {
		visit(res.id)
	}
	return all
}
