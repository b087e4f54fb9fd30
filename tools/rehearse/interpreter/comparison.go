package interpreter

import (
	"encoding/json"
	"strings"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// comparison is an operator of Choice rules. A value of another type than it
// compares doesn't match; that isn't an error.
type comparison struct {
	fixed bool // its value is never a path
	takes func(value any) bool
	holds func(variable, value any) bool
}

var comparisons = makeComparisons()

func makeComparisons() map[string]comparison {
	all := map[string]comparison{
		"StringMatches": {fixed: true, takes: is[string], holds: matchesPattern},
		"BooleanEquals": {takes: is[bool], holds: func(a, b any) bool { return is[bool](a) && a == b }},
		"IsNull":        asks(func(v any) bool { return v == nil }),
		"IsPresent":     asks(func(any) bool { return true }),
		"IsNumeric":     asks(is[json.Number]),
		"IsString":      asks(is[string]),
		"IsBoolean":     asks(is[bool]),
		"IsTimestamp":   asks(isTimestamp),
	}
	orders := map[string]func(order int) bool{
		"Equals":            func(o int) bool { return o == 0 },
		"LessThan":          func(o int) bool { return o < 0 },
		"GreaterThan":       func(o int) bool { return o > 0 },
		"LessThanEquals":    func(o int) bool { return o <= 0 },
		"GreaterThanEquals": func(o int) bool { return o >= 0 },
	}
	for name, holds := range orders {
		all["String"+name] = comparison{takes: is[string], holds: func(a, b any) bool {
			x, xOK := a.(string)
			y, yOK := b.(string)
			return xOK && yOK && holds(strings.Compare(x, y))
		}}
		all["Numeric"+name] = comparison{takes: is[json.Number], holds: func(a, b any) bool {
			x, xOK := a.(json.Number)
			y, yOK := b.(json.Number)
			return xOK && yOK && holds(jsonvalue.Compare(x, y))
		}}
		all["Timestamp"+name] = comparison{takes: isTimestamp, holds: func(a, b any) bool {
			if !isTimestamp(a) || !isTimestamp(b) {
				return false
			}
			x, _ := timestamp(a.(string))
			y, _ := timestamp(b.(string))
			return holds(x.Compare(y))
		}}
	}
	return all
}

func asks(about func(v any) bool) comparison {
	return comparison{fixed: true, takes: is[bool], holds: func(v, want any) bool { return about(v) == want }}
}

func is[T any](value any) bool {
	_, ok := value.(T)
	return ok
}

func isTimestamp(value any) bool {
	s, ok := value.(string)
	if ok {
		_, ok = timestamp(s)
	}
	return ok
}

// matchesPattern matches a string with a pattern in which * matches any text,
// and a backslash escapes * and backslash.
func matchesPattern(value, pattern any) bool {
	s, ok := value.(string)
	if !ok {
		return false
	}
	p, _ := pattern.(string)
	var parts []string // the text between the asterisks
	var part strings.Builder
	for i := 0; i < len(p); i++ {
		switch {
		case p[i] == '*':
			parts = append(parts, part.String())
			part.Reset()
		case p[i] == '\\' && i+1 < len(p) && (p[i+1] == '*' || p[i+1] == '\\'):
			i++
			part.WriteByte(p[i])
		default:
			part.WriteByte(p[i])
		}
	}
	last := part.String()
	if len(parts) == 0 {
		return s == last
	}
	s, ok = strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, middle := range parts[1:] {
		i := strings.Index(s, middle)
		if i < 0 {
			return false
		}
		s = s[i+len(middle):]
	}
	return strings.HasSuffix(s, last)
}
