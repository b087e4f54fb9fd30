package fanout

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// SplitArray yields the elements of a JSON array without decoding them. null is an
// empty array, since a nil slice may be encoded that way. An error ends the sequence.
// The elements are parts of data and must not be changed.
func SplitArray(data []byte) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		// The codec decides what a value may contain when it is decoded.
		dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		opening, err := dec.ReadToken()
		if kind := opening.Kind(); err == nil && kind != '[' && kind != 'n' {
			err = errors.New("it starts with a different value")
		}
		if err != nil {
			yield(nil, fmt.Errorf("want a JSON array: %w", err))
			return
		}
		if opening.Kind() == '[' {
			for dec.PeekKind() != ']' {
				element, err := dec.ReadValue()
				if err != nil {
					yield(nil, fmt.Errorf("reading the array: %w", err))
					return
				}
				end := dec.InputOffset()
				if !yield(json.RawMessage(data[end-int64(len(element)):end:end]), nil) {
					return
				}
			}
			if _, err := dec.ReadToken(); err != nil {
				yield(nil, fmt.Errorf("reading the array: %w", err))
				return
			}
		}
		if _, err := dec.ReadToken(); err != io.EOF {
			yield(nil, errors.New("reading the array: more data follows it"))
		}
	}
}

// JoinArray makes a JSON array from encoded elements.
func JoinArray(elements []json.RawMessage) []byte {
	size := 2
	for _, e := range elements {
		size += len(e) + 1
	}
	out := append(make([]byte, 0, size), '[')
	for i, e := range elements {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, e...)
	}
	return append(out, ']')
}
