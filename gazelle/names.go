package gazelle

import (
	"strings"
	"unicode"

	"github.com/bazelbuild/bazel-gazelle/rule"
)

// targetName is the usual name of a function's target: get_birds for GetBirds,
// http_get for HTTPGet.
func targetName(function string) string {
	letters := []rune(function)
	var name strings.Builder
	for i, r := range letters {
		if i > 0 && unicode.IsUpper(r) && letters[i-1] != '_' {
			startsWord := i+1 < len(letters) && unicode.IsLower(letters[i+1])
			if !unicode.IsUpper(letters[i-1]) || startsWord {
				name.WriteByte('_')
			}
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}

// goName is the function that a rule takes by default, as in
// rules/private/names.bzl.
func goName(target string) string {
	var name strings.Builder
	for _, word := range strings.FieldsFunc(target, func(r rune) bool { return strings.ContainsRune("-._", r) }) {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// defaultFunction is the function of a rule without the attribute function.
func defaultFunction(kind, target string) string {
	if kind == flowKind {
		return goName(strings.TrimSuffix(target, "_flow")) + "Flow"
	}
	return goName(target)
}

// functionOf returns the function of a rule, or "" if that is an expression.
func functionOf(kind string, r *rule.Rule) string {
	if r.Attr("function") != nil {
		return r.AttrString("function")
	}
	return defaultFunction(kind, r.Name())
}
