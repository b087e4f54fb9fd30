// Package codec turns the values that pass between steps into bytes and back.
package codec

import "encoding/json"

// Marshal encodes v.
func Marshal(v any) ([]byte, error) { return json.Marshal(v) }

// Unmarshal decodes data into v, a pointer.
func Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }
