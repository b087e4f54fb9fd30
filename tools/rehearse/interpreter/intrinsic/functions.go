package intrinsic

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// function is an intrinsic function
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
type function struct {
	least, most int // number of arguments
	of          func(args []any) (any, error)
	raw         bool // it gets literals with their backslashes
}

var functions = map[string]function{
	"States.Format":         {1, math.MaxInt, format, true},
	"States.StringToJson":   {1, 1, stringToJSON, false},
	"States.JsonToString":   {1, 1, jsonToString, false},
	"States.Array":          {0, math.MaxInt, array, false},
	"States.ArrayPartition": {2, 2, arrayPartition, false},
	"States.ArrayContains":  {2, 2, arrayContains, false},
	"States.ArrayRange":     {3, 3, arrayRange, false},
	"States.ArrayGetItem":   {2, 2, arrayGetItem, false},
	"States.ArrayLength":    {1, 1, arrayLength, false},
	"States.ArrayUnique":    {1, 1, arrayUnique, false},
	"States.Base64Encode":   {1, 1, base64Encode, false},
	"States.Base64Decode":   {1, 1, base64Decode, false},
	"States.Hash":           {2, 2, hash, false},
	"States.JsonMerge":      {3, 3, jsonMerge, false},
	"States.MathRandom":     {2, 3, mathRandom, false},
	"States.MathAdd":        {2, 2, mathAdd, false},
	"States.StringSplit":    {2, 2, stringSplit, false},
	"States.UUID":           {0, 0, newUUID, false},
}

func (f function) call(args []any) (any, error) {
	for i, arg := range args {
		if l, ok := arg.(literalText); ok && (!f.raw || i > 0) {
			args[i] = l.unescaped()
		}
	}
	return f.of(args)
}

func (f function) arguments() string {
	switch {
	case f.least == f.most && f.most == 1:
		return "1 argument"
	case f.least == f.most:
		return fmt.Sprintf("%d arguments", f.most)
	case f.most == math.MaxInt:
		return fmt.Sprintf("at least %d", f.least)
	}
	return fmt.Sprintf("%d or %d arguments", f.least, f.most)
}

// format replaces each {} by an argument.
func format(args []any) (any, error) {
	var text string
	escaped := false
	switch t := args[0].(type) {
	case literalText:
		text, escaped = string(t), true
	case string:
		text = t
	default:
		return nil, fmt.Errorf("the template is %s, not a string", jsonvalue.Kind(args[0]))
	}
	args = args[1:]
	var b []byte
	for i := 0; i < len(text); i++ {
		switch {
		case escaped && text[i] == '\\':
			i++
			b = append(b, text[i])
		case strings.HasPrefix(text[i:], "{}"):
			if len(args) == 0 {
				return nil, errors.New("there are more {} than arguments")
			}
			b = appendText(b, args[0])
			args = args[1:]
			i++
		case text[i] == '{' || text[i] == '}':
			return nil, fmt.Errorf("a lone %c must have a backslash before it", text[i])
		default:
			b = append(b, text[i])
		}
	}
	if len(args) > 0 {
		return nil, errors.New("there are more arguments than {}")
	}
	return string(b), nil
}

// Text formats a value as States.Format does.
func Text(value any) string { return string(appendText(nil, value)) }

// appendText formats a value as States.Format does: strings without quotes,
// and objects with equals signs.
func appendText(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return append(b, v...)
	case []any:
		b = append(b, '[')
		for i, element := range v {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendText(b, element)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, name := range jsonvalue.Names(v) {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendText(append(append(b, name...), '='), v[name])
		}
		return append(b, '}')
	default:
		return jsonvalue.Append(b, value)
	}
}

func stringToJSON(args []any) (any, error) {
	text, err := stringArg(args, 0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	value, err := jsonvalue.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the argument is not JSON: %w", err)
	}
	return value, nil
}

func jsonToString(args []any) (any, error) { return string(jsonvalue.Append(nil, args[0])), nil }

func stringArg(args []any, i int) (string, error) {
	s, ok := args[i].(string)
	if !ok {
		return "", fmt.Errorf("argument %d is %s, not a string", i+1, jsonvalue.Kind(args[i]))
	}
	return s, nil
}

func arrayArg(args []any, i int) ([]any, error) {
	a, ok := args[i].([]any)
	if !ok {
		return nil, fmt.Errorf("argument %d is %s, not an array", i+1, jsonvalue.Kind(args[i]))
	}
	return a, nil
}

// wholeArg is a number rounded to the nearest integer, halves upwards.
func wholeArg(args []any, i int) (int, error) {
	n, ok := args[i].(json.Number)
	if !ok {
		return 0, fmt.Errorf("argument %d is %s, not a number", i+1, jsonvalue.Kind(args[i]))
	}
	if whole, err := strconv.Atoi(string(n)); err == nil {
		return whole, nil
	}
	f := math.Floor(jsonvalue.Float(n) + 0.5)
	if math.IsNaN(f) || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("argument %d is too large", i+1)
	}
	return int(f), nil
}
