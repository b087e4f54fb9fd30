package graph

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// nameForm is what can stand in state names, object keys and repository names
// alike.
var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Name turns a Go identifier into the name of a step or flow: GetBirds is
// "get-birds", HTTPGet "http-get", URLsOf "urls-of" and V2Rows "v2-rows".
// Letters with marks lose them; an identifier with other letters outside
// a to z, or with none at all, is refused.
func Name(ident string) (string, error) {
	name := strings.Join(words(plain(ident)), "-")
	// A hyphen is no part of an identifier, but would pass for one of the name.
	if strings.Contains(ident, "-") || !nameForm.MatchString(name) {
		return "", fmt.Errorf("the name %q can't be written with the letters a to z and digits only", ident)
	}
	return name, nil
}

// plain takes the marks off letters: "Größe" has none to lose in "ß", so the
// result may still hold letters of other alphabets.
func plain(ident string) []rune {
	var out []rune
	for _, r := range norm.NFD.String(ident) {
		if !unicode.Is(unicode.Mn, r) {
			out = append(out, r)
		}
	}
	return out
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

// begins reports whether the capital at i begins a word: after a small letter
// or a digit it does, and as the last of several capitals when the word goes
// on in small letters. The s of a plural, as in URLs, doesn't make a word.
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
