package jsonpath

import (
	"errors"
	"fmt"
	"strings"
)

// Path is a JSONPath expression (https://goessner.net/articles/JsonPath/), or
// one on the context object, which begins with "$$".
type Path struct {
	text    string
	context bool
	steps   []pathStep
	many    bool // it can select several values: the result is an array
}

// pathStep selects members or elements of each value selected so far.
type pathStep struct {
	name    *string
	indices []int
	all     bool    // every member or element
	slice   *slice  // elements from, to, step
	filter  operand // selects the elements for which it holds
	deep    bool    // also looks at the values below, at any depth
}

type slice struct{ from, to, step *int }

// Data is what paths are evaluated on.
type Data struct {
	Value   any
	Context func() map[string]any
}

// Whole is the path "$".
var Whole = &Path{text: "$"}

func (p *Path) String() string { return p.text }

// OfContext reports whether it is a path on the context object.
func (p *Path) OfContext() bool { return p.context }

// missing is the error of a path that finds nothing.
type missing struct {
	path *Path
	at   int // the step that found nothing
}

// Error uses Step Functions' words.
func (m missing) Error() string {
	if m.at < len(m.path.steps)-1 {
		return "Missing property in path " + m.path.prefix(m.at)
	}
	return "No results for path: " + m.path.prefix(m.at)
}

// prefix is the path up to a step, in brackets.
func (p *Path) prefix(last int) string {
	var b strings.Builder
	b.WriteString("$")
	for _, step := range p.steps[:last+1] {
		if len(step.indices) > 0 {
			fmt.Fprintf(&b, "[%d]", step.indices[0])
		} else if step.name != nil {
			fmt.Fprintf(&b, "['%s']", *step.name)
		}
	}
	return b.String()
}

// Parse parses a whole path.
func Parse(text string) (*Path, error) {
	p, rest, err := Scan(text)
	if err == nil && rest != "" {
		err = fmt.Errorf("%q follows it", rest)
	}
	if err != nil {
		return nil, fmt.Errorf("the path %q is wrong: %w", text, err)
	}
	return p, nil
}

// ParseReference parses a path that selects a single place: no wildcards,
// slices, unions or filters.
func ParseReference(text string) (*Path, error) {
	p, err := Parse(text)
	if err == nil && p.many {
		return nil, fmt.Errorf("the path %q can lead to several places; a reference path is needed here", text)
	}
	return p, err
}

const maxFilters = 20

// Scan reads a path at the beginning of text and returns the rest.
func Scan(text string) (*Path, string, error) {
	p := &Path{}
	if strings.Count(text, "[?") > maxFilters {
		return nil, "", fmt.Errorf("it has more than %d filters", maxFilters)
	}
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, "", errors.New(`it must begin with "$"`)
	}
	rest, p.context = strings.CutPrefix(rest, "$")
	if p.context && strings.HasPrefix(rest, ".") {
		// as after a single $
	} else if p.context && rest != "" && rest[0] != '[' && rest[0] != ',' && rest[0] != ')' && rest[0] != ' ' {
		return nil, "", errors.New(`"$$" must be followed by "."`)
	}
	for rest != "" && (rest[0] == '.' || rest[0] == '[') {
		step, after, err := scanStep(rest)
		if err != nil {
			return nil, "", err
		}
		if step.all || step.deep || step.slice != nil || step.filter != nil || len(step.indices) > 1 {
			p.many = true
		}
		p.steps = append(p.steps, step)
		rest = after
	}
	p.text = text[:len(text)-len(rest)]
	return p, rest, nil
}

func scanStep(rest string) (step pathStep, after string, err error) {
	if rest, step.deep = strings.CutPrefix(rest, ".."); step.deep {
		if !strings.HasPrefix(rest, "[") {
			return step, scanName(rest, &step), nameError(rest, step)
		}
	} else if name, ok := strings.CutPrefix(rest, "."); ok {
		return step, scanName(name, &step), nameError(name, step)
	}
	after, err = scanBrackets(rest[1:], &step)
	return step, after, err
}

// scanName reads what follows a dot. Names with other characters must be in
// brackets.
func scanName(rest string, step *pathStep) string {
	if after, ok := strings.CutPrefix(rest, "*"); ok {
		step.all = true
		return after
	}
	end := strings.IndexAny(rest, ".[]()*,:;?@&|=<>!'\"{}\\ \t\n\r")
	if end < 0 {
		end = len(rest)
	}
	if end > 0 {
		name := rest[:end]
		step.name = &name
	}
	return rest[end:]
}

func nameError(rest string, step pathStep) error {
	switch {
	case !step.all && step.name == nil:
		return errors.New("a name is missing after a dot")
	case step.name != nil && strings.HasPrefix(rest[len(*step.name):], "("):
		return fmt.Errorf("it calls the function %s()", *step.name)
	}
	return nil
}

// scanBrackets reads what is between [ and ], and the ].
func scanBrackets(rest string, step *pathStep) (string, error) {
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "*"):
		step.all = true
		rest = rest[1:]
	case strings.HasPrefix(rest, "?("):
		filter, after, err := scanFilter(rest[2:])
		if err != nil {
			return "", err
		}
		step.filter, rest = filter, after
	case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
		name, after, err := scanQuoted(rest)
		if err != nil {
			return "", err
		}
		step.name = &name
		if rest = strings.TrimLeft(after, " "); strings.HasPrefix(rest, ",") {
			return "", errors.New("several names in one pair of brackets are not supported here")
		}
	default:
		var err error
		if rest, err = scanNumbers(rest, step); err != nil {
			return "", err
		}
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), "]")
	if !ok {
		return "", errors.New("a ] is missing")
	}
	return rest, nil
}

// scanQuoted reads a string in quotes of either kind; a backslash escapes the
// next character.
func scanQuoted(rest string) (text, after string, err error) {
	if rest == "" || rest[0] != '\'' && rest[0] != '"' {
		return "", "", errors.New("a string in quotes is missing")
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == rest[0]:
			return b.String(), rest[i+1:], nil
		case c == '\\' && i+1 < len(rest):
			i++
			b.WriteByte(rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("a quote is not closed")
}

// scanNumbers reads indices, as in "0" and "0,2", or a slice, as in "1:-1".
func scanNumbers(rest string, step *pathStep) (string, error) {
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return "", errors.New("a ] is missing")
	}
	inside := rest[:end]
	if strings.Contains(inside, ":") {
		parts := strings.Split(inside, ":")
		if len(parts) > 3 {
			return "", fmt.Errorf("%q is not a slice", inside)
		}
		var bounds [3]*int
		for i, part := range parts {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			n, err := pathIndex(part)
			if err != nil {
				return "", err
			}
			bounds[i] = &n
		}
		if bounds[2] != nil && *bounds[2] <= 0 {
			return "", errors.New("the step of a slice must be positive")
		}
		step.slice = &slice{bounds[0], bounds[1], bounds[2]}
		return rest[end:], nil
	}
	for part := range strings.SplitSeq(inside, ",") {
		n, err := pathIndex(strings.TrimSpace(part))
		if err != nil {
			return "", err
		}
		step.indices = append(step.indices, n)
	}
	return rest[end:], nil
}
