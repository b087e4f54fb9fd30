package gazelle

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

// GenerateRules is called for each folder, after Gazelle's Go extension.
func (l *lokkiLang) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	g := generator{args: args, sources: l.sources}
	if isOff(args.Config) || !g.findLibrary() {
		return g.result
	}
	source, err := readPackage(args.Config.RepoRoot, args.Rel, args.RegularFiles)
	if err != nil {
		// Nothing is certain about the package, so nothing changes.
		report(args.Rel, "steps and flows are left as they are: "+strings.ReplaceAll(err.Error(), args.Dir+"/", ""), "correct the source and run gazelle again")
		return g.result
	}
	g.source = source
	flows := source.flows(l.sources)
	switch {
	case source.name == "main" && len(flows) > 0:
		report(args.Rel, flows[0].function+" is in package main, which the flow's programs can't import", "move the flow and its steps to another package")
	case g.hasUnreadable():
		report(args.Rel, "steps and flows are left as they are: the BUILD file makes lokki_step or lokki_flow in a loop", "write each rule on its own and let gazelle keep them, or put # gazelle:lokki off in the BUILD file")
	default:
		g.steps(flows)
		g.flows(flows)
		g.removeStale(stepKind)
		g.removeStale(flowKind)
	}
	return g.result
}

// generator makes the rules of one folder.
type generator struct {
	args       language.GenerateArgs
	sources    *sources
	source     *goPackage
	library    string // name of the go_library that Gazelle keeps for the folder
	importPath string
	result     language.GenerateResult
}

// findLibrary finds the go_library of the folder, by the name that it has or will
// have in the BUILD file.
func (g *generator) findLibrary() bool {
	for _, generated := range slices.Concat(g.args.OtherGen, g.args.OtherEmpty) {
		if generated.Kind() != "go_library" {
			continue
		}
		g.library, g.importPath = generated.Name(), generated.AttrString("importpath")
		for _, r := range g.existing("go_library") {
			if g.importPath != "" && r.AttrString("importpath") == g.importPath {
				g.library = r.Name()
			}
		}
		return true
	}
	return false
}

// steps generates a lokki_step for each function that a flow uses, and keeps those
// that exist.
func (g *generator) steps(flows []flow) {
	var functions, further []string
	for _, f := range flows {
		for _, step := range f.steps {
			if step.path == "" {
				functions = append(functions, step.function)
			}
		}
	}
	usedElsewhere := map[string]bool{}
	for name, decl := range g.source.functions {
		if hasStepForm(decl) && g.sources.isUsed(stepFunction{g.importPath, name}) {
			usedElsewhere[name] = true
		}
	}
	for name := range usedElsewhere {
		further = append(further, name)
	}
	for _, r := range g.existing(stepKind) {
		if name := functionOf(stepKind, r); g.ownerOf(r) == ours && g.source.declared[name] {
			further = append(further, name)
		}
	}
	slices.Sort(further)
	done := map[string]bool{}
	for _, name := range append(functions, further...) {
		if done[name] {
			continue
		}
		done[name] = true
		for _, r := range g.rulesFor(stepKind, name) {
			// Only where it is missing: visibility is the user's.
			if usedElsewhere[name] && !(g.args.File != nil && g.args.File.HasDefaultVisibility()) {
				r.SetAttr("visibility", []string{"//visibility:public"})
			}
			g.add(r, nil)
		}
	}
}

// hasStepForm: could it be func(context.Context, In) (Out, error)?
func hasStepForm(decl *ast.FuncDecl) bool {
	t := decl.Type
	return decl.Name.IsExported() && t.TypeParams == nil && t.Params.NumFields() == 2 && t.Results.NumFields() == 2
}

// flows generates a lokki_flow for each flow function; Resolve sets its steps.
func (g *generator) flows(flows []flow) {
	for _, f := range flows {
		for _, p := range f.problems {
			report(g.args.Rel, p.what, p.hint)
		}
		for _, r := range g.rulesFor(flowKind, f.function) {
			imports := flowImports{complete: len(f.problems) == 0}
			if old := g.existingNamed(flowKind, r.Name()); old != nil {
				if old.Attr("steps") != nil && old.AttrStrings("steps") == nil && !old.ShouldKeep() {
					report(g.args.Rel, "steps of "+old.Name()+" are left as they are: they aren't a list of labels", "write them as a list and let gazelle keep it, or mark the rule with # keep")
					continue
				}
				imports.old = old.AttrStrings("steps")
			}
			for _, step := range f.steps {
				imports.steps = append(imports.steps, flowStep{step, g.localNames(step)})
			}
			g.add(r, imports)
		}
	}
}

// localNames returns the names of the targets for a step of the flow's own package.
func (g *generator) localNames(step stepFunction) []string {
	if step.path != "" {
		return nil
	}
	var names []string
	for _, r := range slices.Concat(g.existing(stepKind), g.result.Gen) {
		if (r.Kind() == stepKind || r.Kind() == kindIn(g.args.Config, stepKind)) && functionOf(stepKind, r) == step.function &&
			g.ownerOf(r) != others && !slices.Contains(names, r.Name()) {
			names = append(names, r.Name())
		}
	}
	return names
}

// rulesFor returns generated rules for a function: one for each existing rule, by
// its name, or a new one. It returns none where the existing rule's library is an expression.
func (g *generator) rulesFor(kind, function string) []*rule.Rule {
	var rules []*rule.Rule
	found := false
	for _, old := range g.existing(kind) {
		if functionOf(kind, old) != function {
			continue
		}
		switch g.ownerOf(old) {
		case ours:
			rules = append(rules, g.newRule(kind, old.Name(), function))
			found = true
		case unknown:
			found = true
		}
	}
	if !found {
		rules = append(rules, g.newRule(kind, g.freeName(kind, function), function))
	}
	return rules
}

func (g *generator) newRule(kind, name, function string) *rule.Rule {
	r := rule.NewRule(kind, name)
	r.SetAttr("library", ":"+g.library)
	if defaultFunction(kind, name) != function {
		r.SetAttr("function", function)
	}
	return r
}

// freeName returns the usual name, with the kind at its end if another rule has it.
func (g *generator) freeName(kind, function string) string {
	name := targetName(function)
	for g.isTaken(name) {
		name += strings.TrimPrefix(kind, "lokki")
	}
	return name
}

func (g *generator) isTaken(name string) bool {
	for _, r := range slices.Concat(g.args.OtherGen, g.result.Gen) {
		if r.Name() == name {
			return true
		}
	}
	return g.hasRule(name)
}

func (g *generator) add(r *rule.Rule, imports any) {
	g.result.Gen = append(g.result.Gen, r)
	g.result.Imports = append(g.result.Imports, imports)
}
