package asl

import (
	"errors"
	"fmt"
	"strings"
)

// template is a payload template: a value in which the members whose names end
// in ".$" are computed.
type template interface {
	eval(d data) (any, error)
}

// fault is an error of a path or an intrinsic function while a machine runs.
type fault struct{ name, what string }

func (f fault) Error() string { return f.what }

type constant struct{ value any }

func (c constant) eval(data) (any, error) { return c.value, nil }

type objectTemplate struct {
	names   []string
	members []template
}

func (o objectTemplate) eval(d data) (any, error) {
	value := make(map[string]any, len(o.names))
	for i, name := range o.names {
		member, err := o.members[i].eval(d)
		if err != nil {
			return nil, err
		}
		value[name] = member
	}
	return value, nil
}

type arrayTemplate []template

func (a arrayTemplate) eval(d data) (any, error) {
	value := make([]any, len(a))
	for i, element := range a {
		var err error
		if value[i], err = element.eval(d); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// pathTemplate is a path, with the name of the field that it fills.
type pathTemplate struct {
	field string
	path  *path
}

func (t pathTemplate) eval(d data) (any, error) {
	value, err := t.path.get(d)
	if err == nil {
		return value, nil
	}
	root := d.value
	if t.path.context {
		root = any(d.context())
	}
	return nil, fault{runtimeError, fmt.Sprintf("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", t.path.text, t.field, appendJSON(nil, root))}
}

// readTemplate compiles a part of a definition. Parts without computed members
// become constants.
func readTemplate(node any, at string, p *problems) template {
	switch n := node.(type) {
	case *object:
		return readObjectTemplate(n, p)
	case []any:
		list := make(arrayTemplate, len(n))
		fixed := true
		for i, element := range n {
			list[i] = readTemplate(element, fmt.Sprintf("%s[%d]", at, i), p)
			if _, ok := list[i].(constant); !ok {
				fixed = false
			}
		}
		if fixed {
			return constant{plain(n)}
		}
		return list
	default:
		return constant{node}
	}
}

func readObjectTemplate(o *object, p *problems) template {
	t := objectTemplate{}
	fixed := true
	for _, name := range o.names {
		node, at := o.members[name], o.path(name)
		short, computed := strings.CutSuffix(name, ".$")
		var member template
		if computed {
			text, ok := node.(string)
			if !ok {
				p.add(at, "the value of a field whose name ends in \".$\" is a string, not %s", kind(node))
				continue
			}
			if o.has(short) {
				p.add(at, "it can't be combined with %s", short)
			}
			expression, err := parseExpression(name, text)
			if err != nil {
				p.add(at, "%v", err)
				continue
			}
			member, fixed = expression, false
		} else {
			member = readTemplate(node, at, p)
			if _, ok := member.(constant); !ok {
				fixed = false
			}
		}
		t.names, t.members = append(t.names, short), append(t.members, member)
	}
	if fixed {
		return constant{plain(o)}
	}
	return t
}

// parseExpression parses a field's expression: a path or an intrinsic function.
func parseExpression(field, text string) (template, error) {
	switch {
	case strings.HasPrefix(text, "$"):
		p, err := parsePath(text)
		return pathTemplate{field, p}, err
	case strings.HasPrefix(text, "States."):
		call, rest, err := scanCall(field, text, 0)
		if err == nil && rest != "" {
			err = fmt.Errorf("%q follows it", rest)
		}
		if err != nil {
			return nil, fmt.Errorf("the intrinsic function %q is wrong: %w", text, err)
		}
		return call, nil
	}
	return nil, errors.New("want a path, which begins with \"$\", or an intrinsic function, which begins with \"States.\"")
}
