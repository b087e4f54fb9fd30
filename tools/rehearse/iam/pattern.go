package iam

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// syntax is the set of characters with a meaning in a pattern.
type syntax int

const (
	wildcards  syntax = 1 << iota // * and ?
	variables                     // ${aws:PrincipalArn}
	segments                      // the colons of an ARN, which only a * at the end of a segment matches
	components                    // the same, but no wildcard matches them
	folded                        // case-insensitive
)

// pattern is a string with wildcards and policy variables.
type pattern struct {
	text  string
	has   syntax
	parts []part
	fixed func(subject string) bool // set if there are no variables
}

// part is a regular expression, or a variable.
type part struct {
	expression string
	key        string
	fallback   *string
}

// variable is ${key} or ${key, 'default'}
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
var variable = regexp.MustCompile(`^\$\{([^},]+)(, *'([^'}]*)')?\}`)

func newPattern(text string, has syntax) (pattern, error) {
	p := pattern{text: text, has: has}
	colons, isFixed := 0, true
	for rest := text; rest != ""; {
		if has&variables != 0 && strings.HasPrefix(rest, "${") {
			m := variable.FindStringSubmatch(rest)
			if m == nil {
				return p, fmt.Errorf("%q is not a policy variable\nhint: write it as in ${aws:PrincipalAccount}", rest)
			}
			rest = rest[len(m[0]):]
			switch key := m[1]; {
			case key == "*" || key == "?" || key == "$":
				p.parts = append(p.parts, part{expression: regexp.QuoteMeta(key)})
			case strings.Contains(key, ":"):
				if err := checkKey(key); err != nil {
					return p, fmt.Errorf("%s: %w", m[0], err)
				}
				one := part{key: key}
				if m[2] != "" {
					one.fallback = &m[3]
				}
				p.parts, isFixed = append(p.parts, one), false
			default:
				return p, fmt.Errorf("unknown policy variable %s", m[0])
			}
			continue
		}
		c, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
		p.parts = append(p.parts, part{expression: expression(c, rest, colons, has)})
		if c == ':' {
			colons++
		}
	}
	if isFixed {
		p.fixed = p.matcher()
	}
	return p, nil
}

// matcher avoids the regular expression for the two most common kinds of patterns;
// it is slow compared with the rest of a decision.
func (p pattern) matcher() func(string) bool {
	if p.has&folded == 0 && !strings.ContainsAny(p.text, "*?$") {
		return func(subject string) bool { return subject == p.text }
	}
	start, isOpen := strings.CutSuffix(p.text, "*")
	if isOpen && p.has&wildcards != 0 && p.has&(folded|components) == 0 && !strings.ContainsAny(start, "*?$") {
		return func(subject string) bool { return strings.HasPrefix(subject, start) }
	}
	compiled, _ := p.compile(context{})
	return compiled.MatchString
}

// expression returns the regular expression for one character. rest follows it, colons
// is the number of colons before it. After the fifth colon of an ARN comes the resource
// itself, perhaps an object's key, where a colon is an ordinary character.
func expression(c rune, rest string, colons int, has syntax) string {
	if has&wildcards == 0 || c != '*' && c != '?' {
		return regexp.QuoteMeta(string(c))
	}
	inside := colons < 5 && (has&components != 0 || has&segments != 0 && c == '*' && rest != "" && rest[0] != ':')
	switch {
	case inside && c == '*':
		return "[^:]*"
	case inside:
		return "[^:]"
	case c == '*':
		return ".*"
	}
	return "."
}

// match reports whether the pattern matches the whole subject. A pattern with a
// variable that the call doesn't have matches nothing.
func (p pattern) match(subject string, c context) bool {
	if p.fixed != nil {
		return p.fixed(subject)
	}
	compiled, ok := p.compile(c)
	return ok && compiled.MatchString(subject)
}

func (p pattern) compile(c context) (*regexp.Regexp, bool) {
	var b strings.Builder
	b.WriteString("(?s")
	if p.has&folded != 0 {
		b.WriteString("i")
	}
	b.WriteString(")^")
	for _, one := range p.parts {
		expression := one.expression
		if one.key != "" {
			values := c.values(one.key)
			switch {
			case len(values) == 1:
				expression = regexp.QuoteMeta(values[0]) // its wildcards are literal
			case values == nil && one.fallback != nil:
				expression = regexp.QuoteMeta(*one.fallback)
			default:
				return nil, false
			}
		}
		b.WriteString(expression)
	}
	return regexp.MustCompile(b.String() + "$"), true
}
