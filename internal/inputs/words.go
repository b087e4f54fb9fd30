package inputs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// kindOf describes the JSON that a type is read from.
func kindOf(t reflect.Type) string {
	if t == durationType {
		return `a duration, such as "1h30m", or a whole number of nanoseconds`
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		if base64(t) {
			return "a string of base64"
		}
		return "a list"
	}
	if _, ok := rangeOf(t); ok {
		return "a whole number"
	}
	return fmt.Sprintf("a %s", t)
}

// shown describes a JSON value for a message: its kind, not its content.
func shown(value []byte) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		var text string
		_ = json.Unmarshal(value, &text) // it is valid
		return fmt.Sprintf("a string of length %d", utf8.RuneCountInString(text))
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	}
	if bytes.ContainsAny(value, ".eE") {
		return "a number with a fraction or an exponent"
	}
	return "a number"
}
