package envelope

import (
	"strconv"
	"strings"
)

// The forms of the parts of a key. Regular expressions would add half a millisecond
// to every cold start. The alphabets need no escaping in S3.

// isName reports whether s can be the name of a flow or a step.
func isName(s string) bool {
	return made(s, "-_", maxName) && s[0] != '-' && s[0] != '_' && s == strings.ToLower(s)
}

// IsPrefix reports whether s can be the prefix of keys: 1 to 256 characters, in parts
// between single slashes. It may not start with a dot: stores use such names for themselves.
func IsPrefix(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if part == "." || part == ".." || !made(part, runSigns, maxPrefix) {
			return false
		}
	}
	return len(s) <= maxPrefix && s[0] != '.'
}

// maxPrefix leaves room in a key for the rest.
const maxPrefix = 256

// made reports whether s consists of 1 to limit ASCII letters, digits and characters
// of others.
func made(s, others string, limit int) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= limit
}

// isPath reports whether s is a map path: indices in canonical decimal form, each
// followed by a slash.
func isPath(s string) bool {
	if s == "" {
		return true
	}
	indices, ok := strings.CutSuffix(s, "/")
	if !ok || len(s) > maxPath {
		return false
	}
	for index := range strings.SplitSeq(indices, "/") {
		n, err := strconv.Atoi(index)
		if err != nil || n < 0 || n >= MaxItems || strconv.Itoa(n) != index {
			return false
		}
	}
	return true
}
