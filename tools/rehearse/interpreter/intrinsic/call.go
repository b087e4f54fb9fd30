package intrinsic

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// call is an intrinsic function with its arguments.
type call struct {
	text     string
	function function
	args     []Expression
}

func (c call) Eval(d jsonpath.Data) (any, error) {
	args := make([]any, len(c.args))
	for i, arg := range c.args {
		var err error
		if args[i], err = arg.Eval(d); err != nil {
			return nil, err
		}
	}
	value, err := c.function.call(args)
	if err != nil {
		return nil, Fault{awslimits.Intrinsic, fmt.Sprintf("The function '%s' had the following error: %v", c.text, err)}
	}
	return value, nil
}

// scanCall reads a call at the beginning of text and returns the rest.
func scanCall(field, text string, depth int) (Expression, string, error) {
	if depth >= awslimits.NestedFunctions {
		return nil, "", fmt.Errorf("calls are nested more than %d deep", awslimits.NestedFunctions)
	}
	name, rest, ok := strings.Cut(text, "(")
	if !ok {
		return nil, "", errors.New("a ( is missing")
	}
	f, ok := functions[name]
	if !ok {
		return nil, "", fmt.Errorf("there is no function %s", name)
	}
	c := call{function: f}
	rest = strings.TrimLeft(rest, " ")
	for more := !strings.HasPrefix(rest, ")"); more; {
		arg, after, err := scanArgument(field, rest, depth)
		if err != nil {
			return nil, "", err
		}
		c.args = append(c.args, arg)
		rest = strings.TrimLeft(after, " ")
		if rest, more = strings.CutPrefix(rest, ","); more {
			rest = strings.TrimLeft(rest, " ")
		}
	}
	rest, ok = strings.CutPrefix(rest, ")")
	if !ok {
		return nil, "", fmt.Errorf("a , or ) is missing before %q", rest)
	}
	if n := len(c.args); n < f.least || n > f.most {
		return nil, "", fmt.Errorf("%s takes %s, not %d", name, f.arguments(), n)
	}
	c.text = text[:len(text)-len(rest)]
	return c, rest, nil
}

func scanArgument(field, text string, depth int) (Expression, string, error) {
	switch {
	case strings.HasPrefix(text, "$"):
		p, rest, err := jsonpath.Scan(text)
		return pathExpression{field, p}, rest, err
	case strings.HasPrefix(text, "'"):
		s, rest, err := scanLiteral(text)
		return literal{s}, rest, err
	case strings.HasPrefix(text, "States."):
		return scanCall(field, text, depth+1)
	}
	end := strings.IndexAny(text, ",) ")
	if end < 0 {
		return nil, "", errors.New("a ) is missing")
	}
	value, err := jsonvalue.Parse([]byte(text[:end]))
	if _, isString := value.(string); err != nil || isString || strings.ContainsAny(text[:1], "[{") {
		return nil, "", fmt.Errorf("the argument %q is neither a path, a string in single quotes, a number, true, false, null nor a call", text[:end])
	}
	return literal{value}, text[end:], nil
}

// scanLiteral reads a string in single quotes. A backslash may precede only a
// quote, a brace or a backslash. A brace keeps its backslash, which tells
// States.Format that it isn't a placeholder's.
func scanLiteral(text string) (s literalText, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '\'':
			return literalText(b.String()), text[i+1:], nil
		case '\\':
			i++
			if i == len(text) || !strings.ContainsRune(`'{}\`, rune(text[i])) {
				return "", "", errors.New(`a backslash stands only before ', {, } and \`)
			}
			b.WriteByte('\\')
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("a quote is not closed")
}

// literalText is a string in single quotes with its backslashes, as
// States.Format needs it. All other functions get the unescaped string.
type literalText string

func (l literalText) unescaped() string {
	if !strings.Contains(string(l), `\`) {
		return string(l)
	}
	var b strings.Builder
	for i := 0; i < len(l); i++ {
		if l[i] == '\\' {
			i++
		}
		b.WriteByte(l[i])
	}
	return b.String()
}
