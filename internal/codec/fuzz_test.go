package codec

import (
	"bytes"
	stdjson "encoding/json"
	"io"
	"math"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// maker builds a value from the bytes of a fuzz input.
type maker struct {
	data    []byte
	refused bool // a part of the value is one that Marshal has to refuse
}

func (m *maker) byte() byte {
	if len(m.data) == 0 {
		return 0
	}
	b := m.data[0]
	m.data = m.data[1:]
	return b
}

func (m *maker) uint64() uint64 {
	var n uint64
	for range m.byte() % 9 {
		n = n<<8 | uint64(m.byte())
	}
	return n
}

func (m *maker) float64() float64 {
	f := math.Float64frombits(m.uint64() | uint64(m.byte())<<56)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		m.refused = true
	}
	return f
}

func (m *maker) string() string {
	n := min(int(m.byte()%32), len(m.data))
	s := string(m.data[:n])
	m.data = m.data[n:]
	if !utf8.ValidString(s) {
		m.refused = true
	}
	return s
}

func (m *maker) time() time.Time {
	offset := int(int8(m.byte())) * 15 * 60 % (24 * 3600)
	if m.byte() == 1 {
		offset++ // a second
		m.refused = true
	}
	return time.Unix(int64(m.uint64()%(200_000_000_000)), int64(m.uint64()%1e9)).In(time.FixedZone("", offset))
}

func (m *maker) any(depth int) any {
	kind := m.byte() % 7
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return m.byte()%2 == 0
	case 2:
		return m.string()
	case 3:
		return m.float64()
	case 4: // an integer of 17 to 20 digits: beyond a float64's when it is odd
		n := m.uint64() | 1<<60 | 1
		return stdjson.Number(strconv.FormatUint(n, 10))
	case 5:
		list := make([]any, m.byte()%4)
		for i := range list {
			list[i] = m.any(depth - 1)
		}
		return list
	}
	object := map[string]any{}
	for range m.byte() % 4 {
		if key := m.string(); object[key] == nil { // otherwise a refused part would be lost
			object[key] = m.any(depth - 1)
		}
	}
	return object
}

// fill sets v, and what it is made of, to depth levels.
func (m *maker) fill(v reflect.Value, depth int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(m.time()))
		return
	case stdjson.Number:
		v.SetString(strconv.FormatUint(m.uint64(), 10))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m.byte()%2 == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(m.uint64()) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(m.uint64() << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Float64:
		v.SetFloat(m.float64())
	case reflect.Float32:
		f := math.Float32frombits(uint32(m.uint64()))
		if f != f || math.IsInf(float64(f), 0) {
			f = 0
		}
		v.SetFloat(float64(f))
	case reflect.String:
		v.SetString(m.string())
	case reflect.Interface:
		if a := m.any(depth); a != nil {
			v.Set(reflect.ValueOf(a))
		}
	case reflect.Pointer:
		if depth > 0 && m.byte()%3 > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			m.fill(v.Elem(), depth-1)
		}
	case reflect.Slice:
		if n := int(m.byte() % 5); n > 0 && depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			m.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		if n := int(m.byte() % 5); n > 0 && depth > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n - 1 {
				key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				m.fill(key, 0)
				if !v.MapIndex(key).IsValid() { // otherwise a refused part would be lost
					m.fill(elem, depth-1)
					v.SetMapIndex(key, elem)
				}
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				m.fill(v.Field(i), depth)
			}
		}
	}
}

// Nested has everything that may be stored, in every container for it.
type Nested struct {
	embedded
	Self    *Nested
	List    []Nested
	Named   map[string]Nested
	ByInt   map[int64]*Nested
	ByUint  map[uint8][]string
	Row     row
	Wide    wide
	Any     any
	Anys    []any
	Times   []time.Time
	Floats  []float64
	F32     []float32
	Bytes   [][]byte
	Array   [2]map[string][]int16
	Numbers []stdjson.Number
	Quoted  int64   `json:"quoted,string"`
	QuotedF float64 `json:",string"`
	Empty   struct{}
	P8      *uint8
	U64     []uint64
	Uintptr uintptr
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{1, 2, 3, 4, 200, 7, 'a', '"', '<', 0xe2, 0x80, 0xa8}, 100))
	for i := range 40 { // many different values even without fuzzing
		seed := make([]byte, 3000)
		n := uint32(i)*2654435761 + 12345
		for j := range seed {
			n ^= n << 13
			n ^= n >> 17
			n ^= n << 5
			seed[j] = byte(n>>8) % byte(130-3*i) // mostly ASCII, which is mostly valid
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := &maker{data: data[:min(len(data), 8<<10)]}
		var want Nested
		m.fill(reflect.ValueOf(&want).Elem(), 4)
		encoded, err := Marshal(want)
		if m.refused != (err != nil) {
			t.Fatalf("Marshal: error %v; refusal expected: %v", err, m.refused)
		}
		if err != nil {
			return
		}
		if !stdjson.Valid(encoded) {
			t.Fatalf("not JSON: %s", encoded)
		}
		var got Nested
		if err := Unmarshal(encoded, &got); err != nil {
			t.Fatalf("Unmarshal(%s): %v", encoded, err)
		}
		if !same(reflect.ValueOf(got), reflect.ValueOf(want)) {
			t.Fatalf("another value comes back from %s:\n%+v", encoded, got)
		}
		var stream bytes.Buffer
		if err := Encode(&stream, want); err != nil {
			t.Fatalf("Encode: %v", err)
		}
		var second Nested
		if err := Decode(&stream, int64(len(encoded)), &second); err != nil || !same(reflect.ValueOf(second), reflect.ValueOf(want)) {
			t.Fatalf("another value comes back from Decode, %v", err)
		}
	})
}

// The bounds of what decoding allocates, in bytes. Elements of type Nested are
// large, so the types below stay small.
const (
	bytesPerByte = 128
	bytesAlways  = 512 << 10
)

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func checkDecoding(t *testing.T, data []byte) {
	for _, into := range []func() any{
		func() any { return new(any) },
		func() any { return new([]string) },
		func() any { return new(map[string][]int8) },
		func() any { return new([]struct{ A, B *int }) },
		func() any { return new([]byte) },
		func() any { return new(time.Time) },
	} {
		v := into()
		var err error
		n := allocated(func() { err = Unmarshal(data, v) })
		if limit := uint64(bytesPerByte*len(data) + bytesAlways); n > limit {
			t.Errorf("decoding %d bytes into %T allocates %d, more than %d", len(data), v, n, limit)
		}
		if err != nil {
			continue
		}
		// Accepted values are stored and read again unchanged.
		encoded, err := Marshal(v)
		if err != nil {
			t.Errorf("%T decoded from %q can't be encoded: %v", v, data, err)
			continue
		}
		again := into()
		if err := Unmarshal(encoded, again); err != nil || !same(reflect.ValueOf(again), reflect.ValueOf(v)) {
			t.Errorf("%T decoded from %q changes: %s, %v", v, data, encoded, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{
		``, `null`, `[1,2.50,-0,1e400,"x",{"a":[]}]`, `{"a":{"a":1},"b":"\u00e9"}`, `"AQ=="`, `"2026-01-02T03:04:05.678901234+05:45"`,
		`[{"A":1,"B":null},{}]`, `["a",null]`, `{"a":[1,-128]}`, "\xff", `{"a":1,"a":2}`, `9007199254740993`, `1.0`, `1E+2`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(checkDecoding)
}

// TestDecodingIsBounded has the inputs that allocate most for their size.
func TestDecodingIsBounded(t *testing.T) {
	const n = 200_000
	for name, data := range map[string]string{
		"empty lists":      "[" + strings.Repeat("[],", n) + "0]",
		"empty objects":    "[" + strings.Repeat("{},", n) + "0]",
		"small objects":    "[" + strings.Repeat(`{"":0},`, n) + "0]",
		"numbers":          "[" + strings.Repeat("0,", n) + "0]",
		"empty strings":    "[" + strings.Repeat(`"",`, n) + `""]`,
		"long numbers":     "[" + strings.Repeat("0.1234567890123456789,", n) + "0]",
		"escapes":          `"` + strings.Repeat(`\u0001`, n) + `"`,
		"nested lists":     strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"nested objects":   strings.Repeat(`{"":`, 9000) + "0" + strings.Repeat("}", 9000),
		"too deep":         strings.Repeat("[", n),
		"many names":       manyNames(n / 10),
		"nulls":            "[" + strings.Repeat("null,", n) + "null]",
		"long number":      strings.Repeat("1", n),
		"large exponent":   "1e" + strings.Repeat("9", n),
		"objects of lists": `{"a":[` + strings.Repeat("1,", n) + "1]}",
	} {
		t.Run(name, func(t *testing.T) { checkDecoding(t, []byte(data)) })
	}
}

func manyNames(n int) string {
	var b strings.Builder
	b.WriteString("{")
	for i := range n {
		b.WriteString(`"` + strconv.Itoa(i) + `":0,`)
	}
	return b.String() + `"":0}`
}

func FuzzDecompress(f *testing.F) {
	f.Add([]byte{})
	f.Add(compress(f, `{"a":[1,2,3]}`))
	f.Add(append(compress(f, "1"), compress(f, " ")...))
	f.Add(compress(f, strings.Repeat(" ", 1<<20)))
	f.Add([]byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 16
		var out int64
		n := allocated(func() {
			r, err := Decompress(bytes.NewReader(data), limit)
			if err != nil {
				return
			}
			out, _ = io.Copy(io.Discard, r)
			r.Close()
		})
		if out > limit {
			t.Errorf("%d bytes come out, the limit is %d", out, limit)
		}
		if n > uint64(2*len(data)+bytesAlways) {
			t.Errorf("decompressing %d bytes allocates %d", len(data), n)
		}
		n = allocated(func() { _ = Decode(bytes.NewReader(data), limit, new(any)) })
		if n > bytesPerByte*limit+bytesAlways {
			t.Errorf("decoding %d bytes allocates %d", len(data), n)
		}
	})
}

// TestDecompressionBomb has 100 MB of blanks in 100 kB: the limit applies before
// the memory is allocated.
func TestDecompressionBomb(t *testing.T) {
	var bomb bytes.Buffer
	w := Compress(&bomb)
	for blanks := bytes.Repeat([]byte(" "), 1<<20); bomb.Len() < 100_000 && err(w.Write(blanks)) == nil; {
	}
	w.Close()
	n := allocated(func() {
		if err := Decode(bytes.NewReader(bomb.Bytes()), 1<<20, new(any)); err == nil {
			t.Error("the bomb is decoded")
		}
	})
	if n > 8<<20 {
		t.Errorf("%d bytes are allocated for a limit of 1 MiB", n)
	}
}

func err(_ int, err error) error { return err }
