package gazelle

import (
	"fmt"
	"slices"
	"sort"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/repo"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

// flowImports is what Resolve needs to set the steps of a lokki_flow.
type flowImports struct {
	steps    []flowStep
	old      []string // the steps in the BUILD file
	complete bool     // whether steps has all that the flow uses
}

type flowStep struct {
	stepFunction
	names []string // of the targets in the flow's own package
}

// Imports indexes each lokki_step by its library and its function.
func (*lokkiLang) Imports(c *config.Config, r *rule.Rule, f *rule.File) []resolve.ImportSpec {
	function := functionOf(stepKind, r)
	library, err := label.Parse(r.AttrString("library"))
	if r.Kind() != kindIn(c, stepKind) && r.Kind() != stepKind || function == "" || err != nil {
		return nil
	}
	return []resolve.ImportSpec{stepSpec(library.Abs("", f.Pkg), function)}
}

func stepSpec(library label.Label, function string) resolve.ImportSpec {
	return resolve.ImportSpec{Lang: languageName, Imp: library.String() + " " + function}
}

// Resolve sets the steps of a lokki_flow. If some can't be found, the ones in the
// BUILD file stay.
func (*lokkiLang) Resolve(c *config.Config, ix *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, imports any, from label.Label) {
	flow, ok := imports.(flowImports)
	if !ok {
		return
	}
	var labels []string
	complete := flow.complete
	for _, step := range flow.steps {
		var candidates []string
		for _, name := range step.names {
			candidates = append(candidates, ":"+name)
		}
		if step.path != "" {
			candidates = findSteps(c, ix, step.stepFunction, from)
		}
		if len(candidates) == 0 {
			complete = false
			if c.IndexLibraries { // otherwise nothing is found in other packages
				report(from.Pkg, fmt.Sprintf("%s uses %s.%s, for which there is no lokki_step", r.Name(), step.path, step.function),
					fmt.Sprintf("run gazelle for its package as well; if that is outside the repository, write the lokki_step and add # gazelle:resolve %s %s.%s LABEL", languageName, step.path, step.function))
			}
			continue
		}
		labels = append(labels, choose(candidates, flow.old, from))
	}
	if !complete {
		for _, old := range flow.old {
			if !slices.ContainsFunc(labels, func(l string) bool { return sameLabel(l, old, from) }) {
				labels = append(labels, old)
			}
		}
	}
	if len(labels) > 0 {
		r.SetAttr("steps", labels)
	}
}

// findSteps returns the lokki_step targets of a function in another package.
func findSteps(c *config.Config, ix *resolve.RuleIndex, step stepFunction, from label.Label) []string {
	// # gazelle:resolve lokki example.com/parts.Join //parts:join
	named := resolve.ImportSpec{Lang: languageName, Imp: step.path + "." + step.function}
	if target, ok := resolve.FindRuleWithOverride(c, named, languageName); ok {
		if target.Repo == "" {
			target.Repo = from.Repo
		}
		return []string{target.Rel(from.Repo, from.Pkg).String()}
	}
	var libraries []label.Label
	spec := resolve.ImportSpec{Lang: "go", Imp: step.path}
	if library, ok := resolve.FindRuleWithOverride(c, spec, "go"); ok {
		libraries = append(libraries, library)
	}
	for _, found := range ix.FindRulesByImportWithConfig(c, spec, "go") {
		libraries = append(libraries, found.Label)
	}
	var labels []string
	for _, library := range libraries {
		if library.Repo == c.RepoName {
			library.Repo = ""
		}
		for _, found := range ix.FindRulesByImportWithConfig(c, stepSpec(library.Abs("", from.Pkg), step.function), languageName) {
			labels = append(labels, found.Label.Rel(from.Repo, from.Pkg).String())
		}
	}
	sort.Strings(labels)
	return labels
}

// choose prefers the target that the flow has, where a function has several.
func choose(candidates, old []string, from label.Label) string {
	for _, candidate := range candidates {
		if slices.ContainsFunc(old, func(l string) bool { return sameLabel(l, candidate, from) }) {
			return candidate
		}
	}
	return candidates[0]
}

func sameLabel(a, b string, from label.Label) bool {
	x, errX := label.Parse(a)
	y, errY := label.Parse(b)
	return errX == nil && errY == nil && x.Abs("", from.Pkg) == y.Abs("", from.Pkg)
}
