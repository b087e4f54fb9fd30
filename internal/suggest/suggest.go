// Package suggest suggests the correct name for a mistyped one.
package suggest

import "strings"

// Name returns the name closest to got, or the first of several that are equally
// close. It returns "" if none is close, that is, if more than a third of the letters
// differ. Case and the difference between "-" and "_" don't count.
func Name(got string, names []string) string {
	best, least := "", 0
	for _, name := range names {
		d := distance(fold(got), fold(name))
		if d > max(1, max(len(got), len(name))/3) {
			continue
		}
		if best == "" || d < least {
			best, least = name, d
		}
	}
	return best
}

func fold(name string) []rune {
	return []rune(strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name)))
}

// distance counts the insertions, deletions, replacements and swaps of adjacent
// letters that turn a into b (the optimal string alignment distance).
func distance(a, b []rune) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, last, this := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		this[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			this[j] = min(last[j]+1, this[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				this[j] = min(this[j], before[j-2]+1)
			}
		}
		before, last, this = last, this, before
	}
	return last[len(b)]
}
