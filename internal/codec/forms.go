package codec

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// form writes and reads the values of a type that json would refuse or not store
// completely. An errors.ErrUnsupported leaves the value to json.
type form interface {
	encode(*jsontext.Encoder, reflect.Value) error
	decode(*jsontext.Decoder, reflect.Value) error
	reads() bool // false if json can decode what encode writes
}

// forms maps the type of a pointer to a value to its form. Checking a type fills
// it, before there is a value.
var forms sync.Map

func encodeForm(e *jsontext.Encoder, pointer any) error {
	if f, ok := forms.Load(reflect.TypeOf(pointer)); ok {
		return typed(pointer, f.(form).encode(e, reflect.ValueOf(pointer).Elem()))
	}
	return errors.ErrUnsupported
}

func decodeForm(d *jsontext.Decoder, pointer any) error {
	if f, ok := forms.Load(reflect.TypeOf(pointer)); ok {
		return typed(pointer, f.(form).decode(d, reflect.ValueOf(pointer).Elem()))
	}
	return errors.ErrUnsupported
}

// typed adds the type that pointer points to to an error of its form.
func typed(pointer any, err error) error {
	switch err.(type) {
	case nil, *json.SemanticError, *jsontext.SyntacticError:
		return err
	}
	if err == errors.ErrUnsupported {
		return err
	}
	return &json.SemanticError{GoType: reflect.TypeOf(pointer).Elem(), Err: err}
}

// structForm is the form of a struct whose tags json reads differently from
// encoding/json, or make json omit values that are empty but not zero.
type structForm struct {
	fields  []field
	byName  map[string]*field
	strange bool // json differs in more than what it omits
}

func (s *structForm) reads() bool { return s.strange }

func (s *structForm) encode(e *jsontext.Encoder, v reflect.Value) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for i := range s.fields {
		f := &s.fields[i]
		fv, ok := reach(v, f.index, false)
		if !ok || f.omit && isZero(fv) {
			continue
		}
		if err := e.WriteToken(jsontext.String(f.name)); err != nil {
			return err
		}
		if err := f.encode(e, fv); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

func (f *field) encode(e *jsontext.Encoder, v reflect.Value) error {
	switch {
	case f.embedded != nil:
		return f.embedded.encode(e, v)
	case f.plain && v.Kind() == reflect.String:
		return e.WriteToken(jsontext.String(v.String()))
	case f.plain && v.CanInt():
		return e.WriteToken(jsontext.Int(v.Int()))
	case f.quoted && !(v.Kind() == reflect.Pointer && v.IsNil()):
		data, err := json.Marshal(v.Addr().Interface(), exactWithSpecial)
		if err != nil {
			return err
		}
		return e.WriteToken(jsontext.String(string(data)))
	}
	return json.MarshalEncode(e, v.Addr().Interface())
}

func (s *structForm) decode(d *jsontext.Decoder, v reflect.Value) error {
	switch k := d.PeekKind(); k {
	case 'n':
		v.SetZero()
		return d.SkipValue()
	case '{':
	default:
		return misfit(d, v.Type())
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if f := s.byName[name.String()]; f == nil {
			err = d.SkipValue()
		} else if fv, ok := reach(v, f.index, true); ok {
			err = f.decode(d, fv)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

func (f *field) decode(d *jsontext.Decoder, v reflect.Value) error {
	switch {
	case f.embedded != nil:
		return f.embedded.decode(d, v)
	case f.quoted && d.PeekKind() == '"':
		text, err := d.ReadToken()
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(text.String()), v.Addr().Interface(), exactWithSpecial)
	case f.quoted && d.PeekKind() != 'n':
		return misfit(d, v.Type())
	}
	return json.UnmarshalDecode(d, v.Addr().Interface())
}

// misfit returns the error for a next value that doesn't fit t.
func misfit(d *jsontext.Decoder, t reflect.Type) error {
	kind := d.PeekKind()
	if _, err := d.ReadValue(); err != nil {
		return err
	}
	return &json.SemanticError{GoType: t, JSONKind: kind, JSONPointer: d.StackPointer()}
}

// reach returns the field of v at index. On the way it either allocates what nil
// embedded pointers point to, or reports false.
func reach(v reflect.Value, index []int, make bool) (reflect.Value, bool) {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !make {
					return v, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// isZero reports whether v is its type's zero value to the last bit: reflect's
// IsZero takes -0 for 0.
func isZero(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(v.Float()) == 0
	case reflect.Array:
		for i := range v.Len() {
			if !isZero(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range v.NumField() {
			if !isZero(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

// embeddedOnly is the form of a struct that is stored as its embedded field with
// this index, whose methods it has.
type embeddedOnly int

func (embeddedOnly) reads() bool { return true }

func (i embeddedOnly) encode(e *jsontext.Encoder, v reflect.Value) error {
	return json.MarshalEncode(e, v.Field(int(i)).Addr().Interface())
}

func (i embeddedOnly) decode(d *jsontext.Decoder, v reflect.Value) error {
	return json.UnmarshalDecode(d, v.Field(int(i)).Addr().Interface())
}

// pointerToNull refuses pointers to values that are null in JSON: they would come
// back as nil.
type pointerToNull struct{}

func (pointerToNull) reads() bool { return false }

func (pointerToNull) encode(e *jsontext.Encoder, v reflect.Value) error {
	switch {
	case v.IsNil():
		return errors.ErrUnsupported
	case nullable(v.Type().Elem()) && isNull(v.Elem()):
		return errPointerToNil
	case !writesNull(v.Type().Elem()):
		return errors.ErrUnsupported
	}
	before := e.OutputOffset()
	if err := json.MarshalEncode(e, v.Interface()); err != nil {
		return err
	}
	if e.OutputOffset()-before > int64(len(",null")) {
		return nil
	}
	data, err := json.Marshal(v.Interface(), exactWithForms)
	if err == nil && string(data) == "null" {
		return errPointerToNull
	}
	return err
}

func (pointerToNull) decode(*jsontext.Decoder, reflect.Value) error { return errors.ErrUnsupported }

var (
	errPointerToNil  = errors.New("a pointer to nil, which JSON can't tell from nil\nhint: use nil itself, or an empty value that is not nil")
	errPointerToNull = errors.New("a pointer to a value whose JSON is null, which can't be told from nil\nhint: use nil itself, or the value without a pointer")
)

// writesNull reports whether a value of type t that is not nil may be null in JSON:
// an interface by what is in it, others by their methods.
func writesNull(t reflect.Type) bool {
	write, _ := ownFormat(t)
	return t.Kind() == reflect.Interface || write.family == jsonMethods && t != timeType
}

// isNull reports whether v, of a nullable type, is null in JSON.
func isNull(v reflect.Value) bool {
	if v.Kind() == reflect.String {
		return v.Len() == 0
	}
	return v.IsNil()
}

// namedAny is the form of named interfaces without methods.
type namedAny struct{}

func (namedAny) reads() bool { return true }

func (namedAny) encode(e *jsontext.Encoder, v reflect.Value) error {
	var content any
	if !v.IsNil() {
		content = v.Elem().Interface()
	}
	return json.MarshalEncode(e, &content)
}

func (namedAny) decode(d *jsontext.Decoder, v reflect.Value) error {
	var content any
	if err := decodeAny(d, &content); err != nil {
		return err
	}
	v.SetZero()
	if content != nil {
		v.Set(reflect.ValueOf(content))
	}
	return nil
}

// keyWithoutJSON is the form of a type with JSON methods, which don't apply to
// map keys: there its text is used, if it has one.
type keyWithoutJSON struct{ text bool }

func (keyWithoutJSON) reads() bool { return true }

func (k keyWithoutJSON) encode(e *jsontext.Encoder, v reflect.Value) error {
	if kind, n := e.StackIndex(e.StackDepth()); kind != '{' || n%2 != 0 {
		return errors.ErrUnsupported
	}
	if !k.text {
		return e.WriteToken(jsontext.String(fmt.Sprint(plainKey(v))))
	}
	var text []byte
	var err error
	switch m := v.Addr().Interface().(type) {
	case encoding.TextAppender:
		text, err = m.AppendText(nil)
	case encoding.TextMarshaler:
		text, err = m.MarshalText()
	}
	if err != nil {
		return err
	}
	return e.WriteToken(jsontext.String(string(text)))
}

func (k keyWithoutJSON) decode(d *jsontext.Decoder, v reflect.Value) error {
	if kind, n := d.StackIndex(d.StackDepth()); kind != '{' || n%2 != 0 {
		return errors.ErrUnsupported
	}
	name, err := d.ReadToken()
	if err != nil {
		return err
	}
	if k.text {
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(name.String()))
	}
	switch text := name.String(); {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
	case v.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(n)
	case v.CanFloat():
		var n float64
		n, err = strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(n)
	}
	return errors.Unwrap(err) // the outer error quotes the text
}

// plainKey returns the value of a key without its type's methods.
func plainKey(v reflect.Value) any {
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return v.Float()
	}
	return v.String()
}
