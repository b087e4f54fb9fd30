// Package codec turns the values that pass between steps into bytes and back.
//
// A value is stored as JSON, in gzip members. The JSON is that of encoding/json,
// whose tags, MarshalJSON, UnmarshalJSON, MarshalText and UnmarshalText work as
// usual, except that nothing is lost silently and nothing is escaped needlessly.
// Decoding returns what was stored, or an error: numbers of every kind and size,
// times to the nanosecond with their offset, and nil and empty slices and maps
// as they were. For that, omitempty and omitzero omit only what is nil or zero to
// the last bit, and not [] or -0, and a json.Number without a value is null. Equal
// values become equal bytes: the names in a map are sorted.
//
// Types are checked completely, before there is a value, and all problems are
// reported at once, each with its path, as in "Result.Rows[].Fn", and a
// hint. Types are refused that JSON can't hold or that would come back changed:
//   - channels, functions, complex numbers and interfaces with methods;
//   - unexported fields, unless they are tagged "-" or have no data; so also
//     sync.Mutex, atomics and all other structs without exported fields;
//   - two fields with one name, where encoding/json keeps one or none, even if
//     an embedded struct has one of them;
//   - methods for one direction only, or those of an embedded field next to other
//     fields, as in struct{ time.Time; Note string };
//   - embedded pointers that decoding can't set or can't tell from nil, and structs
//     that embed themselves;
//   - map keys that are pointers, or that can't be both written and read as text;
//   - big.Float, whose text has neither its precision nor its mode.
//
// Some values of other types are refused when they are encoded, with their path:
// NaN, infinities, cycles, strings that are not UTF-8, times whose offset has
// seconds and, as keys, times that are not in UTC, keys of one map with the same
// text, pointers to nil or to what is null in JSON, an invalid json.Number or
// json.RawMessage, and in an any what its type would lose. Errors reach logs, and
// so contain no values, except map keys in a path.
//
// What JSON can't express does change: an any comes back as a bool, string,
// float64, []any, map[string]any or nil, as with encoding/json, and as a
// json.Number where a float64 would not keep every digit. A time keeps its offset
// but neither the name of its zone nor a monotonic reading. A json.RawMessage
// comes back without white space, and nil if it is null. Pointers to one value
// become pointers to several. Fields tagged "-" are omitted. What a type's own
// methods write and read is up to the type.
package codec

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// This package was chosen over encoding/json, whose tags and formats it keeps
// through the v1 options, because encoding/json loses data silently: it replaces
// invalid UTF-8, takes the last of two members with one name, takes "ID" for "id",
// leaves fields of the old element in a reused slice, truncates or pads arrays,
// encodes opaque structs as {} and skips MarshalJSON methods on pointers where
// a value can't be addressed. It decodes in two thirds of the time, and takes a
// sixth longer to encode. It is the future encoding/json/v2, which is still an
// experiment in Go 1.26.
var exact = json.JoinOptions(
	jsonv1.DefaultOptionsV1(),
	jsontext.AllowInvalidUTF8(false),
	jsontext.AllowDuplicateNames(false),
	jsontext.EscapeForHTML(false),
	jsontext.EscapeForJS(false),
	json.MatchCaseInsensitiveNames(false),
	jsonv1.CallMethodsWithLegacySemantics(false),
	jsonv1.MergeWithLegacySemantics(false),
	jsonv1.ParseBytesWithLooseRFC4648(false),
	jsonv1.ParseTimeWithLooseRFC3339(false),
	jsonv1.ReportErrorsWithLegacySemantics(false),
	jsonv1.UnmarshalArrayFromAnyLength(false),
)

// Marshal encodes v, or what v points to, as JSON without a final newline. An
// error names the place in v by its Go path.
func Marshal(v any) ([]byte, error) {
	t := reflect.TypeOf(v)
	p, err := storable(t)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(v, p.write)
	if err != nil {
		return nil, failed("encoding", t, err)
	}
	return data, nil
}

// MarshalValue encodes v itself: a pointer is a value here, not the address of one
// as for [Marshal], and so refused if it would come back as nil.
func MarshalValue(v any) ([]byte, error) {
	if t := reflect.TypeOf(v); t != nil && t.Kind() == reflect.Pointer {
		p := reflect.New(t)
		p.Elem().Set(reflect.ValueOf(v))
		v = p.Interface()
	}
	return Marshal(v)
}

// MarshalTo appends to b what Marshal returns, and nothing after an error.
// Reusing a buffer avoids garbage for a million small values.
func MarshalTo(b *bytes.Buffer, v any) error {
	t := reflect.TypeOf(v)
	p, err := storable(t)
	if err != nil {
		return err
	}
	before := b.Len()
	if err := json.MarshalWrite(b, v, p.write); err != nil {
		b.Truncate(before)
		return failed("encoding", t, err)
	}
	return nil
}

// Unmarshal decodes data, one JSON value, into v, a non-nil pointer. Fields that
// data does not name keep their values; slices and arrays are replaced, and null
// sets its target to zero. Names that the struct does not have are ignored. After
// an error v may be partly changed. It allocates at most about 128 bytes for each
// byte of data, or, if that is more, three times the size of the element's type
// for each element of a list, and eight times the sizes of the key's and
// element's types for each member of a map.
func Unmarshal(data []byte, v any) error {
	t, err := target(v)
	if err != nil {
		return err
	}
	p, err := storable(t)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v, p.read); err != nil {
		return failed("decoding", t, err)
	}
	return nil
}

// target returns the type of what v points to.
func target(v any) (reflect.Type, error) {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return nil, errors.New("decoding: the target is not a pointer, or is nil")
	}
	return p.Type().Elem(), nil
}
