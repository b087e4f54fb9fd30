package template

import (
	"slices"
	"strings"
)

// circles finds resources that can't be created one after the other.
func (r *run) circles() problems {
	var all problems
	var path []string
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if i := slices.Index(path, id); i >= 0 {
			circle := append(slices.Clone(path[i:]), id)
			all = append(all, problem{r.t.find(id).at, "the resources need each other in a circle: " + strings.Join(circle, " → "),
				"give a name instead of a reference, or move the reference into a resource of its own"})
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
