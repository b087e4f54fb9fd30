// Package jsonvalue reads, writes and compares JSON values without loss. A value
// is nil, bool, string, json.Number, []any or map[string]any: numbers keep their
// text, so that those too large for a float64 stay exact.
package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// decoders are reused: making one costs more than reading a small value.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// ReadOptions are for decoders. Of two members with the same name the last wins, as in the service.
var ReadOptions = jsontext.AllowDuplicateNames(true)

// Parse parses the only JSON value in text.
func Parse(text []byte) (any, error) {
	d := decoders.Get().(*jsontext.Decoder)
	defer decoders.Put(d)
	d.Reset(bytes.NewReader(text), ReadOptions)
	value, err := Decode(d)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("no JSON value")
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

// Decode reads the next value.
func Decode(d *jsontext.Decoder) (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindNull:
		return nil, nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return token.Bool(), nil
	case jsontext.KindString:
		return token.String(), nil
	case jsontext.KindNumber:
		return json.Number(token.String()), nil
	case jsontext.KindBeginArray:
		array := []any{}
		for d.PeekKind() != jsontext.KindEndArray {
			element, err := Decode(d)
			if err != nil {
				return nil, err
			}
			array = append(array, element)
		}
		_, err := d.ReadToken()
		return array, err
	default:
		object := map[string]any{}
		for d.PeekKind() != jsontext.KindEndObject {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			key := name.String() // before the next token overwrites it
			if object[key], err = Decode(d); err != nil {
				return nil, err
			}
		}
		_, err := d.ReadToken()
		return object, err
	}
}

// Append writes a value without spaces, with objects' members sorted.
func Append(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case json.Number:
		return append(b, v...)
	case string:
		return appendString(b, v)
	case []any:
		b = append(b, '[')
		for i, element := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, element)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		var few [16]string
		names := few[:0]
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':')
			b = Append(b, v[name])
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("a value of type %T", value))
	}
}

func appendString[T ~string | ~[]byte](b []byte, s T) []byte {
	b, _ = jsontext.AppendQuote(b, s) // invalid UTF-8 is replaced, as everywhere
	return b
}

// Integer returns the value of a number that is written without fraction and
// exponent.
func Integer(value any) (int, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(string(n))
	return i, err == nil
}

// Float returns the nearest float64.
func Float(n json.Number) float64 {
	f, _ := strconv.ParseFloat(string(n), 64) // an overflow is ±Inf, which compares correctly
	return f
}

// Compare is exact for integers of any size.
func Compare(a, b json.Number) int {
	if !strings.ContainsAny(string(a)+string(b), ".eE") {
		x, _ := new(big.Int).SetString(string(a), 10)
		y, _ := new(big.Int).SetString(string(b), 10)
		return x.Cmp(y)
	}
	x, y := Float(a), Float(b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Equal reports whether two values are equal; numbers are compared by value.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && Compare(x, y) == 0
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, v := range x {
			if w, ok := y[name]; !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	default:
		switch b.(type) {
		case []any, map[string]any:
			return false
		}
		return a == b
	}
}

// Names are an object's names, sorted.
func Names(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Kind says in words of what kind a value is.
func Kind(node any) string {
	switch node.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// Number is the number n.
func Number(n int) json.Number { return json.Number(strconv.Itoa(n)) }
