package graph

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// nameForm matches what is valid in state names, object keys and repository
// names alike.
var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// identForm matches the function names of steps and flows. rules/private/names.bzl
// requires the same, with the same wording.
var identForm = regexp.MustCompile(`^[A-Za-z0-9_]*$`)

// Name turns a Go identifier into the name of a step or flow: GetBirds is
// "get-birds", HTTPGet "http-get", URLsOf "urls-of" and V2Rows "v2-rows". An
// identifier with letters outside A to Z is refused: names of Lambda functions and
// image repositories can't have them, and a transliteration might collide.
func Name(ident string) (string, error) {
	if !identForm.MatchString(ident) {
		return "", fmt.Errorf("the name %q has characters other than the letters A to Z, digits and underscores", ident)
	}
	name := strings.Join(words([]rune(ident)), "-")
	if name == "" {
		return "", fmt.Errorf("the name %q has no letters or digits", ident)
	}
	return name, nil
}

// words splits an identifier at its capitals and underscores, in lower case.
func words(ident []rune) []string {
	var all []string
	start := 0
	cut := func(end int) {
		if end > start {
			all = append(all, strings.ToLower(string(ident[start:end])))
		}
		start = end
	}
	for i, r := range ident {
		switch {
		case r == '_':
			cut(i)
			start = i + 1
		case i > start && unicode.IsUpper(r) && begins(ident, i):
			cut(i)
		}
	}
	cut(len(ident))
	return all
}

// begins reports whether the capital at i begins a word. It does after a
// lower-case letter or a digit, and as the last of several capitals if a
// lower-case letter follows. The s of a plural, as in URLs, doesn't count.
func begins(ident []rune, i int) bool {
	if !unicode.IsUpper(ident[i-1]) {
		return true
	}
	if i+1 == len(ident) || !unicode.IsLower(ident[i+1]) {
		return false
	}
	plural := ident[i+1] == 's' && (i+2 == len(ident) || unicode.IsUpper(ident[i+2]) || ident[i+2] == '_')
	return !plural
}
