package interpreter

import (
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/intrinsic"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// template is a payload template: a value in which the members whose names end
// in ".$" are computed.
type template = intrinsic.Expression

// runtimeFault is an error in processing a state; no Retry or Catch handles it.
func runtimeFault(format string, args ...any) error {
	return intrinsic.Fault{Name: awslimits.Runtime, What: fmt.Sprintf(format, args...)}
}

type constant struct{ value any }

func (c constant) Eval(jsonpath.Data) (any, error) { return c.value, nil }

type objectTemplate struct {
	names   []string
	members []template
}

func (o objectTemplate) Eval(d jsonpath.Data) (any, error) {
	value := make(map[string]any, len(o.names))
	for i, name := range o.names {
		member, err := o.members[i].Eval(d)
		if err != nil {
			return nil, err
		}
		value[name] = member
	}
	return value, nil
}

type arrayTemplate []template

func (a arrayTemplate) Eval(d jsonpath.Data) (any, error) {
	value := make([]any, len(a))
	for i, element := range a {
		var err error
		if value[i], err = element.Eval(d); err != nil {
			return nil, err
		}
	}
	return value, nil
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
				p.add(at, "the value of a field whose name ends in \".$\" is a string, not %s", jsonvalue.Kind(node))
				continue
			}
			if o.has(short) {
				p.add(at, "it can't be combined with %s", short)
			}
			expression, err := intrinsic.Parse(name, text)
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
