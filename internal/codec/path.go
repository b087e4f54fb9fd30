package codec

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// failed rephrases an error of json: the type, the Go path, the reason.
func failed(action string, t reflect.Type, err error) error {
	if t == nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		return fmt.Errorf("%s %s: %w", action, place(t, semantic.JSONPointer), reason(semantic))
	case errors.As(err, &syntactic):
		return fmt.Errorf("%s %s: %w", action, place(t, syntactic.JSONPointer), syntactic.Err)
	}
	return fmt.Errorf("%s %s: %w", action, typeName(t), err)
}

// place returns the type, and the path in it unless it is the whole value.
func place(t reflect.Type, pointer jsontext.Pointer) string {
	if pointer == "" {
		return typeName(t)
	}
	return typeName(t) + ": " + goPath(t, pointer)
}

func reason(e *json.SemanticError) error {
	err := e.Err
	if inner := (*jsontext.SyntacticError)(nil); errors.As(err, &inner) {
		err = inner.Err
	}
	if e.GoType != nil && hasMethods(e.GoType) {
		err = withoutValues(err)
	}
	switch {
	case e.JSONKind != 0 && err != nil:
		return fmt.Errorf("a JSON %s does not fit into %s: %w", kindName(e.JSONKind), typeName(e.GoType), err)
	case e.JSONKind != 0:
		return fmt.Errorf("a JSON %s does not fit into %s", kindName(e.JSONKind), typeName(e.GoType))
	case err != nil:
		return fmt.Errorf("%s: %w", typeName(e.GoType), err)
	}
	return fmt.Errorf("a %s can't be stored", typeName(e.GoType))
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "boolean"
	case '"':
		return "string"
	case '0':
		return "number"
	case '[':
		return "array"
	}
	return "object"
}

// maxPath is how many elements of a path are shown: a cycle's has thousands.
const maxPath = 20

// goPath turns a place in the JSON of a t into one in the Go value, as in
// `Result.Rows[3].Score` or `Result.Extra["a b"]`.
func goPath(t reflect.Type, pointer jsontext.Pointer) string {
	var b strings.Builder
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	b.WriteString(t.Name())
	shown := 0
	for token := range pointer.Tokens() {
		if shown++; shown > maxPath {
			b.WriteString("…")
			break
		}
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		var name string
		name, t = step(t, token)
		b.WriteString(name)
	}
	return strings.TrimPrefix(b.String(), ".")
}

// step goes from a t to the part of it that token names in the JSON. Inside an
// any, whose type is unknown here, t is nil.
func step(t reflect.Type, token string) (string, reflect.Type) {
	if t != nil && !hasMethods(t) {
		switch t.Kind() {
		case reflect.Slice, reflect.Array:
			return "[" + token + "]", t.Elem()
		case reflect.Map:
			return "[" + quoteKey(token) + "]", t.Elem()
		case reflect.Struct:
			if f := formOf(t).byName[token]; f != nil {
				return "." + t.FieldByIndex(f.index).Name, f.typ
			}
		}
	}
	if _, err := strconv.ParseUint(token, 10, 64); err == nil {
		return "[" + token + "]", nil
	}
	return "[" + quoteKey(token) + "]", nil
}

// maxKey is how many characters of a map's key are shown.
const maxKey = 40

func quoteKey(key string) string {
	if runes := []rune(key); len(runes) > maxKey {
		key = string(runes[:maxKey]) + "…"
	}
	return strconv.Quote(key)
}
