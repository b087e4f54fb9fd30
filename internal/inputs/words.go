package inputs

import (
	"fmt"
	"reflect"
)

// kindOf words what JSON a type is read from.
func kindOf(t reflect.Type) string {
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

// shown words a JSON value for a message: its kind, and itself when short.
func shown(value []byte) string {
	kind := "the number"
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'n', 't', 'f':
		return string(value)
	case '"':
		kind = "the string"
	}
	const most = 40
	if runes := []rune(string(value)); len(runes) > most {
		return fmt.Sprintf("%s %s…", kind, string(runes[:most]))
	}
	return fmt.Sprintf("%s %s", kind, value)
}
