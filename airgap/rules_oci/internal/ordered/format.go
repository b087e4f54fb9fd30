package ordered

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Format writes the object with two spaces per level and no final line break.
// It escapes only what jq (1.6 to 1.8) escapes: quotes, backslashes and control
// characters including DEL, but no character beyond ASCII, and nothing for
// HTML, unlike encoding/json.
func (o *Object) Format() []byte { return appendValue(nil, o, "\n") }

// appendValue adds a value whose lines after the first start with newline.
func appendValue(out []byte, value any, newline string) []byte {
	inner := newline + "  "
	switch v := value.(type) {
	case nil:
		return append(out, "null"...)
	case bool:
		return fmt.Append(out, v)
	case json.Number:
		return append(out, v...)
	case string:
		return appendString(out, v)
	case []any:
		if len(v) == 0 {
			return append(out, "[]"...)
		}
		separator := "["
		for _, element := range v {
			out = append(append(out, separator...), inner...)
			out = appendValue(out, element, inner)
			separator = ","
		}
		return append(append(out, newline...), ']')
	case *Object:
		if len(v.members) == 0 {
			return append(out, "{}"...)
		}
		separator := "{"
		for _, m := range v.members {
			out = append(append(out, separator...), inner...)
			out = append(appendString(out, m.key), ": "...)
			out = appendValue(out, m.value, inner)
			separator = ","
		}
		return append(append(out, newline...), '}')
	default:
		panic(fmt.Sprintf("ordered: a document can't hold a %T", value))
	}
}

// short has the characters whose escape is a backslash and one letter.
var short = map[rune]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	for _, r := range s { // invalid UTF-8 comes as U+FFFD
		switch c, ok := short[r]; {
		case ok:
			out = append(out, '\\', c)
		case r < 0x20 || r == 0x7f:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}
