package template

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// parameter is one of the section Parameters
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html).
type parameter struct {
	name       string
	at         place
	kind       string
	fallback   *string // its Default
	allowed    []string
	pattern    *regexp.Regexp
	constraint string // its author's description of the form

	minLength, maxLength, minValue, maxValue *float64
}

var (
	parameterKinds  = []string{"String", "Number", "CommaDelimitedList", "List<Number>"}
	parameterFields = []string{"Type", "Description", "Default", "NoEcho", "AllowedValues", "AllowedPattern",
		"ConstraintDescription", "MinLength", "MaxLength", "MinValue", "MaxValue"}
)

// parameter reads a declaration. CloudFormation rejects a default that breaks the
// parameter's own rules, so it is checked here too.
func (p *parser) parameter(key, n *yaml.Node) {
	one := parameter{name: key.Value, at: at(key)}
	p.mapping(n, "a parameter", func(field, value *yaml.Node) {
		if p.known(field, "field of a parameter", parameterFields) {
			p.parameterField(&one, field.Value, value)
		}
	})
	if one.kind == "" {
		p.report(key, "types are "+strings.Join(parameterKinds, ", "), "the parameter %s has no known Type", one.name)
		return
	}
	if one.fallback != nil {
		if err := one.check(*one.fallback); err != nil {
			p.report(key, "", "the default of parameter %s: %v", one.name, err)
		}
	}
	p.t.parameters = append(p.t.parameters, one)
}

func (p *parser) parameterField(one *parameter, field string, n *yaml.Node) {
	if field == "AllowedValues" {
		if n.Kind != yaml.SequenceNode {
			p.report(n, "", "AllowedValues must be a list")
			return
		}
		for _, item := range n.Content {
			if text, ok := p.text(item, "an allowed value"); ok {
				one.allowed = append(one.allowed, text)
			}
		}
		return
	}
	text, ok := p.text(n, field)
	if !ok {
		return
	}
	switch field {
	case "Type":
		if slices.Contains(parameterKinds, text) {
			one.kind = text
		}
	case "Default":
		one.fallback = &text
	case "ConstraintDescription":
		one.constraint = text
	case "AllowedPattern":
		// The pattern must match the whole value.
		form, err := regexp.Compile(`^(?:` + text + `)$`)
		if err != nil {
			p.report(n, "", "AllowedPattern: %v", err)
			return
		}
		one.pattern = form
	case "MinLength", "MaxLength", "MinValue", "MaxValue":
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			p.report(n, "", "%s must be a number, not %q", field, text)
			return
		}
		*map[string]**float64{"MinLength": &one.minLength, "MaxLength": &one.maxLength,
			"MinValue": &one.minValue, "MaxValue": &one.maxValue}[field] = &number
	}
}

// check reports which of the parameter's rules a value breaks.
func (p parameter) check(value string) error {
	items := []string{value}
	if p.isList() {
		items = splitList(value)
	}
	for _, item := range items {
		if err := p.checkItem(item); err != nil {
			if p.constraint != "" {
				return fmt.Errorf("%w\nhint: %s", err, p.constraint)
			}
			return err
		}
	}
	return nil
}

// decimal excludes what only Go accepts as a number, as in 0x10, 1_0 and NaN.
var decimal = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func (p parameter) checkItem(item string) error {
	if len(p.allowed) > 0 && !slices.Contains(p.allowed, item) {
		return fmt.Errorf("%q is not one of the AllowedValues: %s", item, strings.Join(p.allowed, ", "))
	}
	if p.pattern != nil && !p.pattern.MatchString(item) {
		form := strings.TrimSuffix(strings.TrimPrefix(p.pattern.String(), `^(?:`), `)$`)
		return fmt.Errorf("%q doesn't match the AllowedPattern: %s", item, form)
	}
	length := float64(utf8.RuneCountInString(item))
	if p.minLength != nil && length < *p.minLength {
		return fmt.Errorf("%q is shorter than the MinLength: %v", item, *p.minLength)
	}
	if p.maxLength != nil && length > *p.maxLength {
		return fmt.Errorf("%q is longer than the MaxLength: %v", item, *p.maxLength)
	}
	if p.kind != "Number" && p.kind != "List<Number>" {
		return nil
	}
	number, err := strconv.ParseFloat(item, 64)
	if err != nil || !decimal.MatchString(item) {
		return fmt.Errorf("%q is not a number", item)
	}
	if p.minValue != nil && number < *p.minValue {
		return fmt.Errorf("%s is less than the MinValue: %v", item, *p.minValue)
	}
	if p.maxValue != nil && number > *p.maxValue {
		return fmt.Errorf("%s is more than the MaxValue: %v", item, *p.maxValue)
	}
	return nil
}

func (p parameter) isList() bool { return p.kind == "CommaDelimitedList" || p.kind == "List<Number>" }

// value is what Ref returns for a parameter.
func (p parameter) value(text string) any {
	if !p.isList() {
		return text
	}
	items := []any{}
	for _, item := range splitList(text) {
		items = append(items, item)
	}
	return items
}

// splitList trims the spaces around each item, as CloudFormation does.
func splitList(text string) []string {
	items := strings.Split(text, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// bind gives each parameter its value.
func (t *Template) bind(given map[string]string) (map[string]any, problems) {
	var all problems
	values := map[string]any{}
	var names []string
	for _, p := range t.parameters {
		names = append(names, p.name)
		text, ok := given[p.name]
		switch {
		case !ok && p.fallback == nil:
			all = append(all, problem{at: p.at, what: "the parameter " + p.name + " has no value", hint: "give one: it has no default"})
			continue
		case !ok:
			text = *p.fallback
		default:
			if err := p.check(text); err != nil {
				all = append(all, wrong(p.at, "the parameter %s: %v", p.name, err)...)
			}
		}
		values[p.name] = p.value(text)
	}
	for name := range given {
		if !slices.Contains(names, name) {
			all = append(all, problem{what: "unknown parameter " + name, hint: meant(name, names)})
		}
	}
	return values, all
}
