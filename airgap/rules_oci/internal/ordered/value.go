// Package ordered holds JSON documents whose members keep their order.
//
// The digest of an image covers the bytes of its JSON documents, so a manifest
// or configuration from a base image must keep its order, with additions after
// it. Go's maps and structs don't do that.
package ordered

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Object is a JSON object. The values of its members are *Object, []any, string,
// json.Number, bool or nil. The zero Object is empty and ready to use.
type Object struct{ members []member }

type member struct {
	key   string
	value any
}

// ParseObject parses data as one JSON object. A duplicate key has its first
// place and its last value.
func ParseObject(data []byte) (*Object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // a float64 would change large numbers
	value, err := parse(dec)
	if err != nil {
		return nil, err
	}
	object, ok := value.(*Object)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	return object, nil
}

// parse reads one value.
func parse(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err == io.EOF {
		return nil, io.ErrUnexpectedEOF
	} else if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := &Object{}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			value, err := parse(dec)
			if err != nil {
				return nil, err
			}
			object.Set(key.(string), value)
		}
		_, err = dec.Token() // the closing brace
		return object, err
	case json.Delim('['):
		array := []any{}
		for dec.More() {
			value, err := parse(dec)
			if err != nil {
				return nil, err
			}
			array = append(array, value)
		}
		_, err = dec.Token()
		return array, err
	default:
		return token, nil
	}
}

// Get returns the member's value, or nil if there is none.
func (o *Object) Get(key string) any {
	for _, m := range o.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// String returns the member's value if it is a string, and "" otherwise.
func (o *Object) String(key string) string {
	s, _ := o.Get(key).(string)
	return s
}

// Object returns the member that is an object. A missing or null member becomes
// an empty one.
func (o *Object) Object(key string) (*Object, error) {
	switch v := o.Get(key).(type) {
	case *Object:
		return v, nil
	case nil:
		child := &Object{}
		o.Set(key, child)
		return child, nil
	default:
		return nil, fmt.Errorf("%q is not an object", key)
	}
}

// Array returns the member that is an array, empty if it is missing or null.
func (o *Object) Array(key string) ([]any, error) {
	switch v := o.Get(key).(type) {
	case []any:
		return v, nil
	case nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%q is not an array", key)
	}
}
