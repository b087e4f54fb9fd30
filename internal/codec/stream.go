package codec

import (
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
)

// Encode writes v to w as Marshal encodes it, compressed into one gzip member.
// It holds only a small part of the encoded value in memory at a time, plus all
// names of a map, which it sorts: 16 bytes for each, or for keys that are not
// strings their text with a shallow copy of the key and the element. After an
// error the output is incomplete, and Decode refuses it.
func Encode(w io.Writer, v any) error {
	t := reflect.TypeOf(v)
	p, err := storable(t)
	if err != nil {
		return err
	}
	gz := newCompressor(w)
	if err := json.MarshalWrite(gz, v, p.write); err != nil {
		gz.abandon()
		return failed("encoding", t, err)
	}
	return gz.Close()
}

// Decode reads what Encode wrote from r and decodes it into v, as Unmarshal does.
// It reads r to its end and fails if r holds more than one value, is damaged or
// truncated, or has more than limit bytes once decompressed.
func Decode(r io.Reader, limit int64, v any) error {
	t, err := target(v)
	if err != nil {
		return err
	}
	p, err := storable(t)
	if err != nil {
		return err
	}
	gz, err := Decompress(r, limit)
	if err != nil {
		return err
	}
	defer gz.Close()
	if err := json.UnmarshalRead(gz, v, p.read); err != nil {
		return failed("decoding", t, err)
	}
	return nil
}
