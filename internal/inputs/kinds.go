package inputs

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
)

var ownForms = []reflect.Type{
	reflect.TypeFor[stdjson.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](), reflect.TypeFor[encoding.TextUnmarshaler](),
}

// custom reports whether t decodes its own JSON.
func custom(t reflect.Type) bool {
	return slices.ContainsFunc(ownForms, reflect.PointerTo(t).Implements)
}

// mergeable reports whether values of type t are overridden field by field.
func mergeable(t reflect.Type) bool { return t.Kind() == reflect.Struct && !custom(t) }

// pointed returns the type at the end of a chain of pointers. Only a named pointer
// type can point to itself, and such a type holds no value.
func pointed(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer && !custom(t) && t.Elem() != t {
		t = t.Elem()
	}
	return t
}
