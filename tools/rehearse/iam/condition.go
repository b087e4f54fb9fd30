package iam

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// condition is one key of a Condition element
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
type condition struct {
	operator string // as written
	key      string
	values   []pattern

	compare  compare
	negated  bool
	set      string // "ForAllValues" or "ForAnyValue", or "" for a single-valued key
	ifExists bool
}

// compare reports whether a value of the call matches one of the policy.
type compare func(policy pattern, got string, c context) bool

// operator is how an operator compares, and which values it accepts.
type operator struct {
	compare compare
	has     syntax
	negated bool
	valid   func(string) bool // nil accepts any text
}

var operators = map[string]operator{
	"StringEquals":              {compare: pattern.match, has: variables},
	"StringNotEquals":           {compare: pattern.match, has: variables, negated: true},
	"StringEqualsIgnoreCase":    {compare: pattern.match, has: variables | folded},
	"StringNotEqualsIgnoreCase": {compare: pattern.match, has: variables | folded, negated: true},
	"StringLike":                {compare: pattern.match, has: variables | wildcards},
	"StringNotLike":             {compare: pattern.match, has: variables | wildcards, negated: true},
	// AWS documents that ArnEquals behaves like ArnLike.
	"ArnEquals":                {compare: pattern.match, has: variables | wildcards | components, valid: isARN},
	"ArnLike":                  {compare: pattern.match, has: variables | wildcards | components, valid: isARN},
	"ArnNotEquals":             {compare: pattern.match, has: variables | wildcards | components, valid: isARN, negated: true},
	"ArnNotLike":               {compare: pattern.match, has: variables | wildcards | components, valid: isARN, negated: true},
	"Bool":                     {compare: pattern.match, has: folded, valid: isBool},
	"NumericEquals":            {compare: numeric(func(policy, got float64) bool { return got == policy }), valid: isNumber},
	"NumericNotEquals":         {compare: numeric(func(policy, got float64) bool { return got == policy }), valid: isNumber, negated: true},
	"NumericLessThan":          {compare: numeric(func(policy, got float64) bool { return got < policy }), valid: isNumber},
	"NumericLessThanEquals":    {compare: numeric(func(policy, got float64) bool { return got <= policy }), valid: isNumber},
	"NumericGreaterThan":       {compare: numeric(func(policy, got float64) bool { return got > policy }), valid: isNumber},
	"NumericGreaterThanEquals": {compare: numeric(func(policy, got float64) bool { return got >= policy }), valid: isNumber},
	"Null":                     {valid: isBool},
}

// readConditions reads a Condition element; nil if there is none.
func readConditions(element any, hasVariables bool) ([]condition, error) {
	if element == nil {
		return nil, nil
	}
	names, ok := element.(map[string]any)
	if !ok {
		return nil, errors.New("the Condition must have operators with keys and values")
	}
	var all []condition
	var problems []error
	for _, name := range sortedKeys(names) {
		keys, ok := names[name].(map[string]any)
		if !ok {
			problems = append(problems, fmt.Errorf("the Condition's %s must be an object", name))
			continue
		}
		for _, key := range sortedKeys(keys) {
			one, err := readCondition(name, key, keys[key], hasVariables)
			if err != nil {
				problems = append(problems, err)
			}
			all = append(all, one)
		}
	}
	return all, errors.Join(problems...)
}

func readCondition(name, key string, values any, hasVariables bool) (condition, error) {
	c := condition{operator: name, key: key}
	plain := name
	for _, set := range []string{"ForAllValues", "ForAnyValue"} {
		if rest, ok := strings.CutPrefix(plain, set+":"); ok {
			c.set, plain = set, rest
		}
	}
	plain, c.ifExists = strings.CutSuffix(plain, "IfExists")
	op, ok := operators[plain]
	switch {
	case !ok:
		return c, unknown("operator", name, slices.Sorted(maps.Keys(operators)))
	case plain == "Null" && name != "Null", c.set != "" && c.ifExists:
		return c, fmt.Errorf("the operator %s is not one that AWS documents", name)
	case !strings.Contains(key, ":"):
		return c, fmt.Errorf("%s: %q is not a condition key\nhint: write it as in aws:SourceArn", name, key)
	}
	if err := checkKey(key); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	c.compare, c.negated = op.compare, op.negated
	texts, err := texts(name+" "+key, values)
	if err != nil {
		return c, err
	}
	has := op.has
	if !hasVariables {
		has &^= variables
	}
	for _, text := range texts {
		if op.valid != nil && !op.valid(text) {
			return c, fmt.Errorf("%s %s: %q is not a value of this operator", name, key, text)
		}
		p, err := newPattern(text, has)
		if err != nil {
			return c, fmt.Errorf("%s %s: %w", name, key, err)
		}
		c.values = append(c.values, p)
	}
	return c, nil
}

// holds evaluates the condition for a call. What a missing key means depends on
// the operator.
func (c condition) holds(call context) bool {
	values := call.values(c.key)
	switch {
	case c.operator == "Null":
		return c.values[0].text == strconv.FormatBool(len(values) == 0)
	case len(values) > 0:
	case c.ifExists || c.set == "ForAllValues":
		return true
	case c.set == "ForAnyValue":
		return false
	default:
		return c.negated
	}
	holds := func(value string) bool { return c.matches(value, call) != c.negated }
	if c.set == "ForAllValues" || c.set == "" && c.negated {
		return !slices.ContainsFunc(values, func(v string) bool { return !holds(v) })
	}
	return slices.ContainsFunc(values, holds)
}

func (c condition) matches(value string, call context) bool {
	return slices.ContainsFunc(c.values, func(p pattern) bool { return c.compare(p, value, call) })
}

func (c condition) String() string {
	var texts []string
	for _, v := range c.values {
		texts = append(texts, v.text)
	}
	return fmt.Sprintf("%s %s %s", c.operator, c.key, strings.Join(texts, ", "))
}

func numeric(compare func(policy, got float64) bool) compare {
	return func(p pattern, got string, _ context) bool {
		policy, err := strconv.ParseFloat(p.text, 64)
		number, err2 := strconv.ParseFloat(got, 64)
		return err == nil && err2 == nil && compare(policy, number)
	}
}

func isARN(text string) bool {
	return strings.HasPrefix(text, "arn:") && strings.Count(text, ":") >= 5 || strings.HasPrefix(text, "${") || text == "*"
}

func isBool(text string) bool { return text == "true" || text == "false" }

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
