package gazelle

import (
	"log"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	languageName = "lokki"
	stepKind     = "lokki_step"
	flowKind     = "lokki_flow"
)

type lokkiLang struct {
	language.BaseLang
	sources *sources
}

// NewLanguage is called by the gazelle_binary that has this extension.
func NewLanguage() language.Language { return &lokkiLang{} }

func (*lokkiLang) Name() string { return languageName }

func (*lokkiLang) Kinds() map[string]rule.KindInfo {
	library := map[string]bool{"library": true}
	return map[string]rule.KindInfo{
		stepKind: {NonEmptyAttrs: library, MergeableAttrs: library},
		flowKind: {NonEmptyAttrs: library, MergeableAttrs: library, ResolveAttrs: map[string]bool{"steps": true}},
	}
}

// ApparentLoads leaves lokki's other symbols out: Gazelle would remove those that
// aren't rules, such as lokki_schedule.
func (*lokkiLang) ApparentLoads(apparentName func(string) string) []rule.LoadInfo {
	module := apparentName("lokki")
	if module == "" {
		module = "lokki"
	}
	return []rule.LoadInfo{{Name: "@" + module + "//rules:defs.bzl", Symbols: []string{flowKind, stepKind}}}
}

func (*lokkiLang) KnownDirectives() []string { return []string{languageName} }

// Configure reads the directive "gazelle:lokki on|off", which is valid for a
// folder and those below it.
func (l *lokkiLang) Configure(c *config.Config, rel string, f *rule.File) {
	if l.sources == nil {
		l.sources = newSources(c.RepoRoot)
	}
	if f == nil {
		return
	}
	for _, d := range f.Directives {
		switch {
		case d.Key == "prefix" && rel == "":
			l.sources.rootPrefix = d.Value
		case d.Key != languageName:
		case d.Value == "on" || d.Value == "off":
			c.Exts[languageName] = d.Value
		default:
			report(rel, "# gazelle:lokki is "+strings.TrimSpace(`"`+d.Value+`"`), "write on or off")
		}
	}
}

func isOff(c *config.Config) bool { return c.Exts[languageName] == "off" }

// kindIn returns the kind that a folder's rules have in place of kind.
func kindIn(c *config.Config, kind string) string {
	if mapped, ok := c.KindMap[kind]; ok {
		return mapped.KindName
	}
	return kind
}

func report(rel, problem, hint string) {
	log.Printf("//%s: %s\nhint: %s", rel, problem, hint)
}
