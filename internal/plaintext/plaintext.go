// Package plaintext makes untrusted text safe to show on a terminal: what would move
// the cursor, colour the screen or reorder letters is escaped.
package plaintext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns text with its control characters escaped as in a Go string, as in
// `\x1b`. Newlines and tabs are kept.
func Escape(text string) string {
	return replace(text, func(r rune, raw string) string {
		switch {
		case r == utf8.RuneError && len(raw) == 1:
			return fmt.Sprintf(`\x%02x`, raw[0])
		case r == '\r':
			return `\r`
		case r < 0x80:
			return fmt.Sprintf(`\x%02x`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// EscapeJSON returns JSON for the same value, without control characters.
func EscapeJSON(data []byte) []byte {
	// In valid JSON they occur only in strings, where the escape means the same.
	return []byte(replace(string(data), func(r rune, raw string) string {
		if r == utf8.RuneError && len(raw) == 1 {
			return raw
		}
		return fmt.Sprintf(`\u%04x`, r)
	}))
}

func replace(text string, escape func(r rune, raw string) string) string {
	if plain(text) {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if harmless(r, n) {
			b.WriteString(text[:n])
		} else {
			b.WriteString(escape(r, text[:n]))
		}
		text = text[n:]
	}
	return b.String()
}

func plain(text string) bool {
	for i, r := range text {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(text[i:])
		}
		if !harmless(r, n) {
			return false
		}
	}
	return true
}

// harmless reports whether a terminal shows a rune of n bytes as it is.
func harmless(r rune, n int) bool {
	switch {
	case r == '\n' || r == '\t':
		return true
	case r == utf8.RuneError && n == 1: // a byte that is not UTF-8
		return false
	}
	return !unicode.IsControl(r) && !unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}
