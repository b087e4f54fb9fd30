package codec

import (
	stdjson "encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// exactWithSpecial adds the types that JSON would not keep exactly, and
// exactWithForms those with a form. They cost a lookup for every value, so other
// types are encoded without them.
var exactWithSpecial, exactWithForms json.Options

func init() { // not in the declaration: the functions use the options themselves
	marshalers := json.JoinMarshalers(
		json.MarshalToFunc(checkTime),
		json.MarshalToFunc(encodeNumber),
		json.MarshalToFunc(encodeAny),
		json.MarshalToFunc(encodeUserinfo),
	)
	unmarshalers := json.JoinUnmarshalers(
		json.UnmarshalFromFunc(decodeAny),
		json.UnmarshalFromFunc(decodeNumber),
		json.UnmarshalFromFunc(decodeRaw),
		json.UnmarshalFromFunc(decodeUserinfo),
	)
	exactWithSpecial = json.JoinOptions(exact, json.WithMarshalers(marshalers), json.WithUnmarshalers(unmarshalers))
	exactWithForms = json.JoinOptions(exact,
		json.WithMarshalers(json.JoinMarshalers(json.MarshalToFunc(encodeForm), marshalers)),
		json.WithUnmarshalers(json.JoinUnmarshalers(json.UnmarshalFromFunc(decodeForm), unmarshalers)))
}

// checkTime refuses times that RFC 3339 would shift: it writes offsets in minutes,
// but the offsets of local mean times, before about 1900, have seconds. As a map
// key, a time is found again only if it is the same to the last bit, which holds
// only for UTC.
func checkTime(e *jsontext.Encoder, t time.Time) error {
	if kind, i := e.StackIndex(e.StackDepth()); kind == '{' && i%2 == 0 && t != t.Round(0).UTC() {
		return errors.New("a time that is a map's key has a zone or a monotonic reading\nhint: use t.Round(0).UTC()")
	}
	if _, offset := t.Zone(); offset%60 != 0 {
		return errors.New("the offset of the time has seconds\nhint: store t.UTC()")
	}
	return errors.ErrUnsupported // the default does the rest
}

// encodeNumber writes a json.Number as a number, and an empty one as null.
func encodeNumber(e *jsontext.Encoder, n stdjson.Number) error {
	if kind, i := e.StackIndex(e.StackDepth()); kind == '{' && i%2 == 0 {
		return errors.ErrUnsupported // a map's key is a string
	}
	if n == "" {
		return e.WriteToken(jsontext.Null)
	}
	if c, end := n[0], n[len(n)-1]; c != '-' && (c < '0' || c > '9') || end < '0' || end > '9' {
		return errors.New("its text is not a number") // also with blanks around it
	}
	return e.WriteValue(jsontext.Value(n))
}

func decodeNumber(d *jsontext.Decoder, n *stdjson.Number) error {
	if kind, i := d.StackIndex(d.StackDepth()); kind == '{' && i%2 == 0 {
		return errors.ErrUnsupported
	}
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

// decodeRaw decodes null to a nil json.RawMessage, since nil is stored as null.
func decodeRaw(d *jsontext.Decoder, r *stdjson.RawMessage) error {
	if d.PeekKind() != 'n' {
		return errors.ErrUnsupported
	}
	*r = nil
	return d.SkipValue()
}

// encodeUserinfo writes the user of a URL, which has no exported fields.
func encodeUserinfo(e *jsontext.Encoder, u *url.Userinfo) error {
	return e.WriteToken(jsontext.String(u.String()))
}

func decodeUserinfo(d *jsontext.Decoder, u *url.Userinfo) error {
	text, err := d.ReadToken()
	if err != nil {
		return err
	}
	if text.Kind() == '"' {
		if parsed, err := url.Parse("//" + text.String() + "@"); err == nil && parsed.User != nil {
			*u = *parsed.User
			return nil
		}
	}
	return errors.New("not the user of a URL")
}
