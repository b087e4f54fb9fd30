package codec

import (
	"bytes"
	stdgzip "compress/gzip"
	"encoding/gob"
	stdjson "encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// reading is a typical item that steps pass on: ids, numbers, text and times.
type reading struct {
	ID      int64             `json:"id"`
	Station string            `json:"station"`
	Species string            `json:"species"`
	At      time.Time         `json:"at"`
	Lat     float64           `json:"lat"`
	Lon     float64           `json:"lon"`
	Count   int               `json:"count"`
	Tags    []string          `json:"tags"`
	Extra   map[string]string `json:"extra"`
}

func readings(n int) []reading {
	r := rand.New(rand.NewPCG(1, 2))
	species := []string{"goose", "duck", "seagull", "heron", "swan"}
	list := make([]reading, n)
	for i := range list {
		list[i] = reading{
			ID: r.Int64(), Station: fmt.Sprintf("station-%d", r.IntN(100)), Species: species[r.IntN(len(species))],
			At:  time.Unix(1_700_000_000+r.Int64N(1e7), r.Int64N(1e9)).UTC(),
			Lat: r.Float64() * 90, Lon: r.Float64() * 180, Count: r.IntN(1000),
			Tags: []string{"wild", species[r.IntN(len(species))]}, Extra: map[string]string{"observer": fmt.Sprint(r.IntN(1000))},
		}
	}
	return list
}

// format is one way to store a value.
type format struct {
	name   string
	encode func(w io.Writer, v any) error
	decode func(r io.Reader, v any) error
}

var formats = []format{
	{"codec", Encode, func(r io.Reader, v any) error { return Decode(r, 1<<30, v) }},
	{"json+gzip",
		func(w io.Writer, v any) error {
			return stdCompressed(w, func(w io.Writer) error { return stdjson.NewEncoder(w).Encode(v) })
		},
		func(r io.Reader, v any) error {
			return stdDecompressed(r, func(r io.Reader) error { return stdjson.NewDecoder(r).Decode(v) })
		}},
	{"gob+gzip",
		func(w io.Writer, v any) error {
			return stdCompressed(w, func(w io.Writer) error { return gob.NewEncoder(w).Encode(v) })
		},
		func(r io.Reader, v any) error {
			return stdDecompressed(r, func(r io.Reader) error { return gob.NewDecoder(r).Decode(v) })
		}},
	{"cbor+gzip",
		func(w io.Writer, v any) error {
			return stdCompressed(w, func(w io.Writer) error { return cborExact.NewEncoder(w).Encode(v) })
		},
		func(r io.Reader, v any) error {
			return stdDecompressed(r, func(r io.Reader) error { return decodeCBOR(r, v) })
		}},
	// With the codec's own gzip, to separate the gain of the format from that of the compression.
	{"gob+codec's gzip",
		func(w io.Writer, v any) error {
			return ownCompressed(w, func(w io.Writer) error { return gob.NewEncoder(w).Encode(v) })
		},
		func(r io.Reader, v any) error {
			return ownDecompressed(r, func(r io.Reader) error { return gob.NewDecoder(r).Decode(v) })
		}},
	{"cbor+codec's gzip",
		func(w io.Writer, v any) error {
			return ownCompressed(w, func(w io.Writer) error { return cborExact.NewEncoder(w).Encode(v) })
		},
		func(r io.Reader, v any) error {
			return ownDecompressed(r, func(r io.Reader) error { return decodeCBOR(r, v) })
		}},
}

// cborExact keeps nanoseconds, which CBOR drops by default.
var cborExact = func() cbor.EncMode {
	m, err := cbor.EncOptions{Time: cbor.TimeRFC3339Nano, Sort: cbor.SortBytewiseLexical}.EncMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// decodeCBOR reads everything first: cbor's own Decoder parses its buffer repeatedly.
func decodeCBOR(r io.Reader, v any) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return cbor.Unmarshal(data, v)
}

func stdCompressed(w io.Writer, encode func(io.Writer) error) error {
	gz := stdgzip.NewWriter(w)
	if err := encode(gz); err != nil {
		return err
	}
	return gz.Close()
}

func stdDecompressed(r io.Reader, decode func(io.Reader) error) error {
	gz, err := stdgzip.NewReader(r)
	if err != nil {
		return err
	}
	return decode(gz)
}

func ownCompressed(w io.Writer, encode func(io.Writer) error) error {
	gz := Compress(w)
	if err := encode(gz); err != nil {
		return err
	}
	return gz.Close()
}

func ownDecompressed(r io.Reader, decode func(io.Reader) error) error {
	gz, err := Decompress(r, 1<<30)
	if err != nil {
		return err
	}
	defer gz.Close()
	return decode(gz)
}

// Four readings are 1 KB of JSON, 44,000 are 10 MB.
var sizes = []struct {
	name  string
	value []reading
}{{"1KB", readings(4)}, {"10MB", readings(44_000)}}

func BenchmarkEncode(b *testing.B) {
	for _, size := range sizes {
		for _, f := range formats {
			b.Run(size.name+"/"+f.name, func(b *testing.B) {
				var buf bytes.Buffer
				b.ReportAllocs()
				for b.Loop() {
					buf.Reset()
					if err := f.encode(&buf, size.value); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(buf.Len()), "bytes-out")
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range sizes {
		for _, f := range formats {
			b.Run(size.name+"/"+f.name, func(b *testing.B) {
				var buf bytes.Buffer
				if err := f.encode(&buf, size.value); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					var v []reading
					if err := f.decode(bytes.NewReader(buf.Bytes()), &v); err != nil || len(v) != len(size.value) {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkMarshal measures plain JSON, without the compression.
func BenchmarkMarshal(b *testing.B) {
	for _, size := range sizes {
		for _, f := range []struct {
			name    string
			marshal func(any) ([]byte, error)
		}{{"codec", Marshal}, {"codec to a buffer", marshalToBuffer()}, {"json", stdjson.Marshal}} {
			b.Run(size.name+"/"+f.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					data, err := f.marshal(size.value)
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(len(data)))
				}
			})
		}
	}
}

// marshalToBuffer is MarshalTo with one buffer for all values.
func marshalToBuffer() func(any) ([]byte, error) {
	var buf bytes.Buffer
	return func(v any) ([]byte, error) {
		buf.Reset()
		err := MarshalTo(&buf, v)
		return buf.Bytes(), err
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	for _, size := range sizes {
		data, err := Marshal(size.value)
		if err != nil {
			b.Fatal(err)
		}
		for _, target := range []struct {
			name string
			make func() any
		}{{"struct", func() any { return new([]reading) }}, {"any", func() any { return new(any) }}} {
			for _, f := range []struct {
				name      string
				unmarshal func([]byte, any) error
			}{{"codec", Unmarshal}, {"json", stdjson.Unmarshal}} {
				b.Run(size.name+"/"+target.name+"/"+f.name, func(b *testing.B) {
					b.ReportAllocs()
					b.SetBytes(int64(len(data)))
					for b.Loop() {
						if err := f.unmarshal(data, target.make()); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
