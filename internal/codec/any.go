package codec

import (
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDirect is the depth up to which an any is encoded here. Deeper values go to
// json, which is slower but detects cycles.
const maxDirect = 500

// encodeAny encodes the content of an any. Its type is known, and so checked, only
// here.
func encodeAny(e *jsontext.Encoder, v *any) error {
	switch x := (*v).(type) {
	case nil:
		return e.WriteToken(jsontext.Null)
	case bool:
		return e.WriteToken(jsontext.Bool(x))
	case string:
		return e.WriteToken(jsontext.String(x))
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return json.MarshalEncode(e, x)
		}
		return e.WriteToken(jsontext.Float(x))
	case []any:
		if x != nil && e.StackDepth() < maxDirect {
			return encodeList(e, x)
		}
	case map[string]any:
		if x != nil && e.StackDepth() < maxDirect {
			return encodeObject(e, x)
		}
	}
	return encodeDynamic(e, *v)
}

func encodeList(e *jsontext.Encoder, list []any) error {
	if err := e.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for i := range list {
		if err := encodeAny(e, &list[i]); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndArray)
}

func encodeObject(e *jsontext.Encoder, object map[string]any) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if err := e.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		member := object[name]
		if err := encodeAny(e, &member); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

// maxPointers is how long a chain of pointers in an any may be.
const maxPointers = 100

// encodeDynamic encodes a value of any type that can be stored.
func encodeDynamic(e *jsontext.Encoder, content any) error {
	v := reflect.ValueOf(content)
	for hops := 0; v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface; hops++ {
		if v.IsNil() {
			return e.WriteToken(jsontext.Null)
		}
		if hops == maxPointers {
			return errors.New("a cycle of pointers")
		}
		v = v.Elem()
	}
	t := v.Type()
	switch t.Kind() {
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return &json.SemanticError{GoType: t}
	case reflect.Map, reflect.Slice:
		if v.IsNil() && !hasMethods(t) {
			return e.WriteToken(jsontext.Null)
		}
	}
	p := planFor(reflect.TypeOf(content), true)
	if len(p.problems) > 0 {
		return &json.SemanticError{GoType: t, Err: errors.Join(p.problems...)}
	}
	return json.MarshalEncode(e, content, p.write)
}

// decodeAny decodes a value into an any.
func decodeAny(d *jsontext.Decoder, v *any) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	*v, err = decodeToken(d, token)
	return err
}

// decodeToken decodes the value that starts with token. The decoder limits
// how deep values nest, and so this recursion.
func decodeToken(d *jsontext.Decoder, token jsontext.Token) (any, error) {
	switch token.Kind() {
	case 't', 'f':
		return token.Bool(), nil
	case '"':
		return token.String(), nil
	case '0':
		return anyNumber(token.String()), nil
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			var item any
			if err := decodeAny(d, &item); err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err := d.ReadToken()
		return list, err
	case '{':
		object := map[string]any{}
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String() // the token is gone after the next read
			var member any
			if err := decodeAny(d, &member); err != nil {
				return nil, err
			}
			object[key] = member
		}
		_, err := d.ReadToken()
		return object, err
	}
	return nil, nil // null
}
