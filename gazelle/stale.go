package gazelle

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
)

// removeStale removes rules whose function is certainly gone: no file of the folder
// declares it, whatever its build tags, and none is generated.
func (g *generator) removeStale(kind string) {
	if slices.ContainsFunc(g.args.GenFiles, func(name string) bool { return path.Ext(name) == ".go" }) {
		return
	}
	for _, r := range g.existing(kind) {
		function := functionOf(kind, r)
		if function == "" || g.source.declared[function] || g.ownerOf(r) != ours || r.ShouldKeep() {
			continue
		}
		g.result.Empty = append(g.result.Empty, rule.NewRule(kind, r.Name()))
		if lost := lostAttributes(r); lost != "" {
			report(g.args.Rel, fmt.Sprintf("removed %s and its %s, because the package has no function %s", r.Name(), lost, function),
				"if the function was renamed, set "+lost+" on its new rule")
		}
	}
}

// lostAttributes lists the attributes that only the user can have set.
func lostAttributes(r *rule.Rule) string {
	var lost []string
	for _, key := range r.AttrKeys() {
		if !slices.Contains([]string{"name", "library", "function", "steps", "visibility"}, key) {
			lost = append(lost, key)
		}
	}
	slices.Sort(lost)
	return strings.Join(lost, ", ")
}
