// Package codec turns the values that pass between steps into bytes and back.
//
// A value is stored as JSON, in gzip members. The JSON is what encoding/json
// writes and its tags, MarshalJSON, UnmarshalJSON, MarshalText and
// UnmarshalText work as they do there, except that nothing is lost in silence
// and nothing is escaped that need not be. What comes back is what was stored,
// or there is an error: numbers of every kind and size, times to the nanosecond
// with their offset, nil and empty slices and maps as what they were. For that,
// omitempty and omitzero leave out only what is nil or zero to the last bit, and
// not [] or -0, and a json.Number without a value is null. Equal values become
// equal bytes: the names in a map are sorted.
//
// Types are checked whole, before there is a value, and all that is refused is
// reported at once, each place with its path, as in "Result.Rows[].Fn", and a
// hint. Refused are types that JSON can't hold or that would come back changed:
//   - channels, functions, complex numbers and interfaces with methods;
//   - fields that are not exported, unless they are tagged "-" or have no data,
//     and so sync.Mutex, atomics and all other structs without exported fields;
//   - two fields with one name, where encoding/json keeps one or none, also if
//     an embedded struct has one of them;
//   - methods for one way only, or those of an embedded field beside which there
//     are others, as in struct{ time.Time; Note string };
//   - embedded pointers that decoding can't set or can't tell from nil, and structs
//     that embed themselves;
//   - keys of maps that are pointers, or have no text in both ways;
//   - big.Float, whose text has neither its precision nor its mode.
//
// Values of other types are refused when they are encoded, with their path: NaN,
// infinities, cycles, strings that are not UTF-8, times whose offset has seconds
// and, as keys, times that are not in UTC, keys of one map with the same text,
// pointers to nil, a json.Number or json.RawMessage that is none, and in an any
// what would be lost by its type. Errors reach logs, and so have no values, but for
// the keys of maps in a path.
//
// What JSON can't tell does change: an any comes back as a bool, string,
// float64, []any, map[string]any or nil, as with encoding/json, and as a
// json.Number where a float64 would not keep every digit. A time has its offset
// but neither the name of its zone nor a monotonic reading. A json.RawMessage
// comes back without white space, and nil if it is null. Pointers to one value
// become pointers to several. Fields tagged "-" are left out. What a type's own
// methods write and read is the type's affair.
package codec

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// Chosen over encoding/json, whose tags and formats it keeps by the v1 options,
// because encoding/json loses data in silence: it replaces what is not UTF-8,
// takes the last of two members with one name, takes "ID" for "id", leaves
// fields of the old element in a reused slice, cuts off or fills up arrays,
// encodes opaque structs as {} and skips MarshalJSON methods on pointers where
// a value can't be addressed. It decodes in two thirds of the time, and takes a
// sixth more to encode. It is the future encoding/json/v2, which Go 1.26 has
// only as an experiment.
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

// Marshal encodes v, or what v points to, as JSON without a line break at the
// end. The error names the place in v by its Go path.
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

// MarshalTo appends to b what Marshal returns, and nothing after an error. A
// buffer that is used again makes no garbage of a million small values.
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

// Unmarshal decodes data, one JSON value, into v, a pointer that is not nil.
// Fields which data does not name stay as they are; of a slice or an array
// nothing stays, and null makes its target zero. Names that the struct does not
// have are ignored. After an error v may be partly changed. It allocates
// at most about 128 bytes for each byte of data, or, where that is more, for each
// element of a list in data three times the size of the element's type, and for
// each member of a map eight times the sizes of its key's and element's types.
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
