package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/suggest"
)

// kind is the set of values that a field can have.
type kind struct {
	values string // in words, for the reference
	plain  bool   // an environment variable's value is the string itself, not YAML
	parse  func(p *parser, n *yaml.Node) (any, bool)
}

// text is a string of a given form.
func text(form string, most int, want string) kind {
	re := regexp.MustCompile(form)
	return kind{want, true, func(p *parser, n *yaml.Node) (any, bool) {
		s, ok := p.text(n, want)
		switch {
		case !ok:
			return nil, false
		case !re.MatchString(s):
			p.report(n, fmt.Sprintf("%q is not %s", s, want), "")
			return nil, false
		case len(s) > most:
			p.report(n, fmt.Sprintf("%d characters: want at most %d", len(s), most), "")
			return nil, false
		case strings.Contains(s, "000000000000"):
			p.report(n, fmt.Sprintf("%q has the account 000000000000, which belongs to nobody", s), "write your account's id")
			return nil, false
		}
		return s, true
	}}
}

// optional is a string of a given form, or an empty one for none.
func optional(form, want string) kind {
	k := text(form, 2048, want)
	parse := k.parse
	k.parse = func(p *parser, n *yaml.Node) (any, bool) {
		if n.Tag == "!!str" && n.Kind == yaml.ScalarNode && n.Value == "" {
			return "", true
		}
		return parse(p, n)
	}
	k.values += `, or "" for none`
	return k
}

// number is an integer from least to most.
func number(least, most int, unit string) kind {
	return kind{fmt.Sprintf("%d to %d %s", least, most, unit), false, func(p *parser, n *yaml.Node) (any, bool) {
		value, ok := p.number(n, unit)
		if ok && (value < least || value > most) {
			p.report(n, fmt.Sprintf("%d: want %d to %d %s", value, least, most, unit), "")
			return nil, false
		}
		return value, ok
	}}
}

// oneOf is one of several integers, in ascending order.
func oneOf(unit string, numbers ...int) kind {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	want := strings.Join(words, ", ")
	return kind{want + " " + unit, false, func(p *parser, n *yaml.Node) (any, bool) {
		value, ok := p.number(n, unit)
		if !ok {
			return nil, false
		}
		i, found := slices.BinarySearch(numbers, value)
		if !found {
			hint := fmt.Sprintf("the maximum is %d", numbers[len(numbers)-1])
			if i < len(numbers) {
				hint = fmt.Sprintf("the next is %d", numbers[i])
			}
			p.report(n, fmt.Sprintf("%d: want one of %s %s", value, want, unit), hint)
			return nil, false
		}
		return value, true
	}}
}

// choice is one of several words.
func choice(what string, words ...string) kind {
	want := strings.Join(words, " or ")
	return kind{want, true, func(p *parser, n *yaml.Node) (any, bool) {
		s, ok := p.text(n, what+": "+want)
		if !ok {
			return nil, false
		}
		if !slices.Contains(words, s) {
			hint := ""
			if near := suggest.Name(s, words); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			p.report(n, fmt.Sprintf("%q is not %s: want %s", s, what, want), hint)
			return nil, false
		}
		return s, true
	}}
}

// boolean is true or false, without YAML's older spellings.
func boolean() kind {
	return kind{"true or false", false, func(p *parser, n *yaml.Node) (any, bool) {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" && (n.Value == "true" || n.Value == "false") {
			return n.Value == "true", true
		}
		p.report(n, "want true or false, not "+describe(n), "")
		return nil, false
	}}
}

// environment is variables and their values, all of which are strings: a YAML
// number or boolean has more than one spelling, so it must be quoted.
func environment() kind {
	return kind{"names with strings", false, func(p *parser, n *yaml.Node) (any, bool) {
		env := map[string]string{}
		ok := p.mapping(n, func(key, value *yaml.Node) {
			s, ok := p.text(value, "a string")
			if !ok {
				return
			}
			if err := CheckVariable(key.Value, s); err != nil {
				what, hint, _ := strings.Cut(err.Error(), "\nhint: ")
				p.report(key, what, hint)
			}
			env[key.Value] = s
		})
		return env, ok
	}}
}
