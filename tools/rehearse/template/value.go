package template

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// value is an expression with its position.
type value struct {
	at place
	expr
}

// expr is something that has a value in an environment: a string, an int64, a
// float64, a bool, a []any, a map[string]any, or noValue.
type expr interface {
	eval(r *run) (any, problems)
}

type (
	literal struct{ value any }
	list    []value
	object  []field

	field struct {
		name  string
		at    place
		value value
	}
)

func (l literal) eval(*run) (any, problems) { return l.value, nil }

func (l list) eval(r *run) (any, problems) {
	items := []any{}
	var all problems
	for _, item := range l {
		v, problems := item.eval(r)
		all = append(all, problems...)
		if _, none := v.(noValue); !none {
			items = append(items, v)
		}
	}
	return items, all
}

func (o object) eval(r *run) (any, problems) {
	fields := map[string]any{}
	var all problems
	for _, f := range o {
		v, problems := f.value.eval(r)
		all = append(all, problems...)
		if _, none := v.(noValue); !none {
			fields[f.name] = v
		}
	}
	return fields, all
}

// field returns a field's value, if present.
func (o object) field(name string) (value, bool) {
	i := slices.IndexFunc(o, func(f field) bool { return f.name == name })
	if i < 0 {
		return value{}, false
	}
	return o[i].value, true
}

// text evaluates what must be a string; what describes it.
func (v value) text(r *run, what string) (string, problems) {
	got, problems := v.eval(r)
	if problems != nil {
		return "", problems
	}
	text, ok := scalarText(got)
	if !ok {
		return "", wrong(v.at, "%s must be a string, not %s", what, describe(got))
	}
	return text, nil
}

// list evaluates what must be a list.
func (v value) list(r *run, what string) ([]any, problems) {
	got, problems := v.eval(r)
	if problems != nil {
		return nil, problems
	}
	items, ok := got.([]any)
	if !ok {
		return nil, wrong(v.at, "%s must be a list, not %s", what, describe(got))
	}
	return items, nil
}

// value reads any value that a property may have.
func (p *parser) value(n *yaml.Node) value {
	if name, arg, ok := call(n); ok {
		return value{at(n), p.function(n, name, arg)}
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return value{at(n), literal{scalar(n)}}
	case yaml.SequenceNode:
		items := list{}
		for _, item := range n.Content {
			items = append(items, p.value(item))
		}
		return value{at(n), items}
	}
	fields := object{}
	p.mapping(n, "this", func(key, v *yaml.Node) {
		if isFunction(key.Value) && key.Value != "Ref" && key.Value != "Condition" {
			p.report(key, "", "the function %s has other keys beside it", key.Value)
			return
		}
		fields = append(fields, field{key.Value, at(key), p.value(v)})
	})
	return value{at(n), fields}
}

// yaml11 are the words that YAML 1.1, which CloudFormation reads, treats as
// booleans.
var yaml11 = regexp.MustCompile(`^(yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$`)

// scalar reads a scalar as CloudFormation does, which reads a date as a string.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!bool":
		return n.Value[0] == 't' || n.Value[0] == 'T'
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return i
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return f
		}
	case "!!str":
		if n.Style == 0 && yaml11.MatchString(n.Value) {
			word := strings.ToLower(n.Value)
			return word == "yes" || word == "on"
		}
	}
	return n.Value
}

// scalarText is a scalar as part of a string.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

func describe(v any) string {
	switch v.(type) {
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case noValue:
		return "AWS::NoValue"
	}
	text, _ := scalarText(v)
	return strconv.Quote(text)
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
