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
// exactWithForms those with a form. They are looked up for every value, so types
// without them go without.
var exactWithSpecial, exactWithForms json.Options

func init() { // the functions use the options in their turn
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

// checkTime refuses the times that RFC 3339 would move: it writes offsets in
// minutes, and those of local mean times, before about 1900, have seconds.
// As a map's key a time is found again only if it is the same to the last bit,
// and that is what is in UTC.
func checkTime(e *jsontext.Encoder, t time.Time) error {
	if kind, i := e.StackIndex(e.StackDepth()); kind == '{' && i%2 == 0 && t != t.Round(0).UTC() {
		return errors.New("a time that is a map's key has a zone or a monotonic reading\nhint: use t.Round(0).UTC()")
	}
	if _, offset := t.Zone(); offset%60 != 0 {
		return errors.New("the offset of the time has seconds\nhint: store t.UTC()")
	}
	return errors.ErrUnsupported // the default does the rest
}

// encodeNumber writes a json.Number as the number it is, and null for one
// without a value, which is no number.
func encodeNumber(e *jsontext.Encoder, n stdjson.Number) error {
	if kind, i := e.StackIndex(e.StackDepth()); kind == '{' && i%2 == 0 {
		return errors.ErrUnsupported // a map's key is a string
	}
	if n == "" {
		return e.WriteToken(jsontext.Null)
	}
	if c, end := n[0], n[len(n)-1]; c != '-' && (c < '0' || c > '9') || end < '0' || end > '9' {
		return errors.New("its text is not a number") // also if there is a blank around it
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

// decodeRaw makes null a nil json.RawMessage, as a nil one is stored.
func decodeRaw(d *jsontext.Decoder, r *stdjson.RawMessage) error {
	if d.PeekKind() != 'n' {
		return errors.ErrUnsupported
	}
	*r = nil
	return d.SkipValue()
}

// encodeUserinfo writes what a URL says of its user: it has no exported fields.
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
