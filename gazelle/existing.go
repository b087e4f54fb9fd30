package gazelle

import (
	"bytes"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

// existing returns the rules of a kind in the BUILD file.
func (g *generator) existing(kind string) []*rule.Rule {
	if g.args.File == nil {
		return nil
	}
	var rules []*rule.Rule
	for _, r := range g.args.File.Rules {
		if r.Kind() == kindIn(g.args.Config, kind) {
			rules = append(rules, r)
		}
	}
	return rules
}

// hasUnreadable: are there rules in a list comprehension or another expression,
// which Gazelle doesn't see?
func (g *generator) hasUnreadable() bool {
	if g.args.File == nil {
		return false
	}
	for _, stmt := range g.args.File.File.Stmt {
		start, end := stmt.Span()
		if start.Byte >= end.Byte || end.Byte > len(g.args.File.Content) {
			continue
		}
		text := g.args.File.Content[start.Byte:end.Byte]
		if bytes.HasPrefix(text, []byte("[")) && (bytes.Contains(text, []byte(stepKind+"(")) || bytes.Contains(text, []byte(flowKind+"("))) {
			return true
		}
	}
	return false
}

// owner says whose a rule is.
type owner int

const (
	ours    owner = iota // of the folder's go_library
	unknown              // its library is an expression
	others               // of another go_library
)

func (g *generator) ownerOf(r *rule.Rule) owner {
	library := r.AttrString("library")
	if library == "" {
		return unknown
	}
	parsed, err := label.Parse(library)
	if err != nil {
		return unknown
	}
	parsed = parsed.Abs("", g.args.Rel)
	if parsed.Repo != "" || parsed.Pkg != g.args.Rel {
		return others
	}
	if parsed.Name == g.library || !g.hasRule(parsed.Name) {
		return ours // or of one that was renamed
	}
	return others
}

func (g *generator) hasRule(name string) bool {
	return g.args.File != nil && slices.ContainsFunc(g.args.File.Rules, func(r *rule.Rule) bool { return r.Name() == name })
}

func (g *generator) existingNamed(kind, name string) *rule.Rule {
	for _, r := range g.existing(kind) {
		if r.Name() == name {
			return r
		}
	}
	return nil
}
