package codec

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// exactWithSpecial adds the types that JSON would not keep exactly. They are
// looked up for every value, so types without them go without.
var exactWithSpecial = json.JoinOptions(
	exact,
	json.WithMarshalers(json.JoinMarshalers(
		json.MarshalToFunc(checkTime),
		json.MarshalToFunc(encodeNumber),
	)),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(decodeAny),
		json.UnmarshalFromFunc(decodeNumber),
	)),
)

// checkTime refuses the times that RFC 3339 would move: it writes offsets in
// minutes, and those of local mean times, before about 1900, have seconds.
func checkTime(_ *jsontext.Encoder, t time.Time) error {
	if _, offset := t.Zone(); offset%60 != 0 {
		return fmt.Errorf("the offset of the time %s has seconds\nhint: store t.UTC()", t)
	}
	return errors.ErrUnsupported // the default does the rest
}

// encodeNumber writes a json.Number as the number it is; without a value it is
// 0, as with encoding/json.
func encodeNumber(e *jsontext.Encoder, n stdjson.Number) error {
	if n == "" {
		n = "0"
	}
	if c := n[0]; c != '-' && (c < '0' || c > '9') {
		return fmt.Errorf("%q is not a number", string(n))
	}
	return e.WriteValue(jsontext.Value(n))
}

func decodeNumber(d *jsontext.Decoder, n *stdjson.Number) error {
	switch k := d.PeekKind(); k {
	case '0', 'n':
		v, err := d.ReadValue()
		if err != nil {
			return err
		}
		*n = ""
		if k == '0' {
			*n = stdjson.Number(v)
		}
		return nil
	}
	return errors.New("not a number")
}

// decodeAny decodes what lands in an any.
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
