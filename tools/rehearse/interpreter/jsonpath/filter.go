package jsonpath

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// operand is a part of a filter, as in [?(@.price < 10 && @.title)]. ok is
// false if a path in it finds nothing.
type operand func(item any, d Data) (value any, ok bool)

// holds reports whether an element passes the filter, whose value is a boolean.
func holds(filter operand, item any, d Data) bool {
	value, _ := filter(item, d)
	return value == true
}

// scanFilter reads an expression and the ")" after it. The operators, from the
// loosest to the tightest: ||, &&, !, then comparisons of paths and literals.
func scanFilter(rest string) (operand, string, error) {
	f, rest, err := scanOr(rest, 0)
	if err != nil {
		return nil, "", err
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), ")")
	if !ok {
		return nil, "", errors.New("the filter is not closed, or has an operator that is not known")
	}
	return f, rest, nil
}

func scanOr(rest string, depth int) (operand, string, error) {
	return scanBoth(rest, depth, "||", scanAnd, func(a, b bool) bool { return a || b })
}

func scanAnd(rest string, depth int) (operand, string, error) {
	return scanBoth(rest, depth, "&&", scanNot, func(a, b bool) bool { return a && b })
}

func scanBoth(rest string, depth int, word string, next func(string, int) (operand, string, error), join func(a, b bool) bool) (operand, string, error) {
	left, rest, err := next(rest, depth)
	for err == nil {
		after, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), word)
		if !ok {
			return left, rest, nil
		}
		var right operand
		if right, rest, err = next(after, depth); err == nil {
			a, b := left, right
			left = func(item any, d Data) (any, bool) { return join(holds(a, item, d), holds(b, item, d)), true }
		}
	}
	return nil, "", err
}

func scanNot(rest string, depth int) (operand, string, error) {
	if depth > 20 {
		return nil, "", errors.New("the filter is nested too deep")
	}
	rest = strings.TrimLeft(rest, " ")
	if after, ok := strings.CutPrefix(rest, "!"); ok {
		f, rest, err := scanNot(after, depth+1)
		return func(item any, d Data) (any, bool) { return !holds(f, item, d), true }, rest, err
	}
	if after, ok := strings.CutPrefix(rest, "("); ok {
		f, rest, err := scanOr(after, depth+1)
		if err != nil {
			return nil, "", err
		}
		rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), ")")
		if !ok {
			return nil, "", errors.New("a ) is missing in the filter")
		}
		return f, rest, nil
	}
	return scanComparison(rest)
}

func scanComparison(rest string) (operand, string, error) {
	left, rest, err := scanOperand(rest)
	if err != nil {
		return nil, "", err
	}
	rest = strings.TrimLeft(rest, " ")
	for _, word := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		after, ok := strings.CutPrefix(rest, word)
		if !ok {
			continue
		}
		right, rest, err := scanOperand(after)
		if err != nil {
			return nil, "", err
		}
		return func(item any, d Data) (any, bool) {
			a, aOK := left(item, d)
			b, bOK := right(item, d)
			return compares(word, a, b, aOK, bOK), true
		}, rest, nil
	}
	// A path alone tests whether something exists, whatever its value.
	return func(item any, d Data) (any, bool) {
		_, ok := left(item, d)
		return ok, true
	}, rest, nil
}

func compares(word string, a, b any, aOK, bOK bool) bool {
	if word == "==" || word == "!=" {
		same := aOK == bOK && (!aOK || jsonvalue.Equal(a, b))
		return same == (word == "==")
	}
	order := 0
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		order = jsonvalue.Compare(x, y)
	case string:
		y, ok := b.(string)
		if !ok {
			return false
		}
		order = strings.Compare(x, y)
	default:
		return false
	}
	switch word {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func scanOperand(rest string) (operand, string, error) {
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "@") && !strings.HasPrefix(rest, "@$"):
		p, after, err := scanInner("$" + rest[1:])
		if err != nil {
			return nil, "", err
		}
		return func(item any, d Data) (any, bool) { return select1(p, Data{item, d.Context}) }, after, nil
	case strings.HasPrefix(rest, "$"):
		p, after, err := scanInner(rest)
		if err != nil {
			return nil, "", err
		}
		return func(_ any, d Data) (any, bool) { return select1(p, d) }, after, nil
	case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
		s, after, err := scanQuoted(rest)
		return literal(s), after, err
	}
	end := strings.IndexAny(rest, " )&|=<>!")
	if end < 0 {
		end = len(rest)
	}
	value, err := jsonvalue.Parse([]byte(rest[:end]))
	if err != nil {
		return nil, "", fmt.Errorf("%q is neither a path nor a literal", rest[:end])
	}
	return literal(value), rest[end:], nil
}

// scanInner reads a path in a filter. It may not have a filter: each level
// would multiply the work.
func scanInner(text string) (*Path, string, error) {
	p, after, err := Scan(text)
	if err == nil && slices.ContainsFunc(p.steps, func(s pathStep) bool { return s.filter != nil }) {
		err = errors.New("a filter is inside of a filter")
	}
	return p, after, err
}

func literal(value any) operand { return func(any, Data) (any, bool) { return value, true } }

// select1 returns a path's value, or nothing if a path to many selects none.
func select1(p *Path, d Data) (any, bool) {
	value, err := p.Get(d)
	if err != nil {
		return nil, false
	}
	if array, ok := value.([]any); ok && p.many && len(array) == 0 {
		return nil, false
	}
	return value, true
}
