package intrinsic

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// Expression computes the value of a field whose name ends in ".$".
type Expression interface {
	Eval(d jsonpath.Data) (any, error)
}

// Fault is an error of an expression while a machine runs.
type Fault struct{ Name, What string }

func (f Fault) Error() string { return f.What }

// Parse parses a field's expression: a path or an intrinsic function.
func Parse(field, text string) (Expression, error) {
	switch {
	case strings.HasPrefix(text, "$"):
		p, err := jsonpath.Parse(text)
		return pathExpression{field, p}, err
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

type literal struct{ value any }

func (l literal) Eval(jsonpath.Data) (any, error) { return l.value, nil }

// pathExpression is a path, with the name of the field that it fills.
type pathExpression struct {
	field string
	path  *jsonpath.Path
}

func (e pathExpression) Eval(d jsonpath.Data) (any, error) {
	value, err := e.path.Get(d)
	if err == nil {
		return value, nil
	}
	what := fmt.Sprintf("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", e.path, e.field, jsonvalue.Append(nil, e.path.Root(d)))
	return nil, Fault{awslimits.Runtime, what}
}
