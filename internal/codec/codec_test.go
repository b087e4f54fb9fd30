package codec

import (
	"bytes"
	stdjson "encoding/json"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

type row struct {
	ID      int64              `json:"id"`
	Name    string             `json:"name,omitempty"`
	Data    []byte             `json:"data"`
	At      time.Time          `json:"at"`
	Parent  *row               `json:"parent,omitempty"`
	Scores  map[string]float64 `json:"scores"`
	Counter uint64             `json:"counter,string"`
}

type embedded struct{ Inner int }

type Embedded struct{ Deep *row }

type named []byte

type wide struct {
	embedded
	*Embedded
	A  [3]byte
	N  named
	D  time.Duration
	F  float32
	Nr stdjson.Number
	S  map[string]struct{}
	M  map[int]string
	T  map[netip.Addr]int
	P  *int
	U  uint8
	B  bool
	Sk string `json:"-"`
}

var winter = time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.FixedZone("", 5*3600+45*60))

// TestRoundTrip: values come back the same, in value, nilness and bytes.
func TestRoundTrip(t *testing.T) {
	seven := 7
	for _, v := range []any{
		true, false, 0, -1, int8(-128), int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), uint8(255), uintptr(1),
		0.0, math.Copysign(0, -1), 0.1, 1e-7, 1e21, 1e23, math.MaxFloat64, math.SmallestNonzeroFloat64, 5e-324, 2.2250738585072011e-308,
		float32(0.1), float32(math.MaxFloat32), float32(math.SmallestNonzeroFloat32),
		"", "x", "<a href=\"&\">", "\u2028\u2029", "\ufffd", "\x00\x1f\x7f", "🦆", "\\u0041", "\ufeff",
		[]byte(nil), []byte{}, []byte{0}, []byte("\xff\xfe"), []int(nil), []int{}, []int{1}, [2]int{1, 2}, [][]int{nil, {}, {1}},
		map[string]int(nil), map[string]int{}, map[string]int{"b": 1, "a": 2, "": 3, "ü": 4}, map[int]int{-1: 1, 10: 2, 9: 3},
		map[uint64]bool{math.MaxUint64: true}, map[float64]int{0.5: 1}, map[time.Time]int{winter.UTC(): 1}, map[stamp]int{{winter.UTC()}: 1, {}: 2},
		(*int)(nil), &seven, []*int{nil, &seven}, map[string]*int{"a": nil},
		struct{}{}, []struct{}{{}, {}}, map[string]struct{}{"a": {}},
		winter, winter.UTC(), time.Time{}.UTC(), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Duration(math.MinInt64), stdjson.Number("0.1000000000000000055511151231257827"), netip.MustParseAddr("::1"),
		stdjson.RawMessage(`{"a":[1,2]}`),
		row{ID: math.MaxInt64, Data: []byte{}, At: winter, Parent: &row{Scores: map[string]float64{}, At: winter}, Counter: math.MaxUint64},
		wide{embedded: embedded{1}, Embedded: &Embedded{&row{At: winter}}, A: [3]byte{1, 2, 3}, N: named{}, D: time.Second, F: 1.5, Nr: "1",
			T: map[netip.Addr]int{netip.MustParseAddr("10.0.0.1"): 1}},
		[]any{nil, true, "s", 1.5, math.Copysign(0, -1), []any{}, map[string]any{"x": []any{map[string]any{}}}},
		[]any{stdjson.Number("9007199254740993"), stdjson.Number("1e400"), stdjson.Number("-18446744073709551615")},
		map[string]any{"a": nil}, struct{ V any }{}, struct{ V any }{"x"},
	} {
		data, err := Marshal(v)
		if err != nil {
			t.Errorf("Marshal(%T %v): %v", v, v, err)
			continue
		}
		buf := bytes.NewBufferString("before ")
		if err := MarshalTo(buf, v); err != nil || buf.String() != "before "+string(data) {
			t.Errorf("MarshalTo(%T) appends %s, %v; Marshal returns %s", v, buf, err, data)
		}
		back := reflect.New(reflect.TypeOf(v))
		if err := Unmarshal(data, back.Interface()); err != nil {
			t.Errorf("Unmarshal(%s) into %T: %v", data, v, err)
			continue
		}
		if got := back.Elem().Interface(); !same(reflect.ValueOf(got), reflect.ValueOf(v)) {
			t.Errorf("%T: %#v comes back as %#v from %s", v, v, got, data)
		}
		if again, err := Marshal(back.Elem().Interface()); err != nil || string(again) != string(data) {
			t.Errorf("%T: %s is encoded as %s, %v the second time", v, data, again, err)
		}
	}
}

// TestFormatIsThatOfEncodingJSON allows no difference but needless escapes.
func TestFormatIsThatOfEncodingJSON(t *testing.T) {
	for _, v := range []any{
		row{ID: 1, Data: []byte("x"), At: winter, Scores: map[string]float64{"b": 1e21, "a": 1e-7}},
		wide{Embedded: &Embedded{}, Nr: "0"}, map[string]any{"z": []any{1, "x", nil}, "a": []byte{1}}, []float64{1, 1.5, 1e20, 1e21, 1e-6, 1e-7}, stdjson.Number("1.0"),
		struct {
			A int       `json:",omitempty"`
			B *int      `json:",omitempty"`
			C []int     `json:",omitempty"`
			D string    `json:",string"`
			E bool      `json:",string"`
			F float64   `json:"f,string"`
			G struct{}  `json:",omitempty"`
			H time.Time `json:",omitzero"`
		}{D: "x"},
		time.Second, time.March, [2]byte{1, 2}, shouting("quiet"), &shouting2{"quiet"},
	} {
		want, err := stdjson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Marshal(v)
		if err != nil || string(got) != string(want) {
			t.Errorf("Marshal(%T) = %s, %v\nwant %s", v, got, err, want)
		}
	}
}

type shouting string

func (s shouting) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(s))), nil }

func (s *shouting) UnmarshalText(text []byte) error {
	*s = shouting(strings.ToLower(string(text)))
	return nil
}

type shouting2 struct{ s string }

func (s *shouting2) MarshalJSON() ([]byte, error) { return []byte(`"` + s.s + `!"`), nil }

func (s *shouting2) UnmarshalJSON(data []byte) error {
	s.s = strings.Trim(string(data), `"!`)
	return nil
}

// encoding/json calls these methods only where it can take the value's address,
// and otherwise can't read the values back.
func TestMethodsOnPointersAreCalledEverywhere(t *testing.T) {
	data, err := Marshal(map[string]shouting2{"a": {"x"}})
	if want := `{"a":"x!"}`; err != nil || string(data) != want {
		t.Errorf("Marshal = %s, %v; want %s", data, err, want)
	}
}

func TestUnmarshalOverDefaults(t *testing.T) {
	type inner struct{ X, Y int }
	type input struct {
		Count int `json:"count"`
		Name  string
		Inner inner
		List  []inner
		P     *inner
	}
	v := input{Count: 3, Name: "goose", Inner: inner{1, 2}, List: []inner{{1, 2}, {3, 4}}, P: &inner{5, 6}}
	if err := Unmarshal([]byte(`{"count": 2, "Inner": {"Y": 9}, "List": [{"X": 7}], "P": null, "other": 1}`), &v); err != nil {
		t.Fatal(err)
	}
	want := input{Count: 2, Name: "goose", Inner: inner{1, 9}, List: []inner{{X: 7}}}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %+v, want %+v", v, want)
	}
}

func TestNumbersInAny(t *testing.T) {
	for literal, want := range map[string]any{
		"0": 0.0, "-0": math.Copysign(0, -1), "1": 1.0, "1.0": 1.0, "1.50": 1.5, "1e2": 100.0, "100": 100.0, "0.1": 0.1, "-0.0e9": math.Copysign(0, -1),
		"123456789012345": 123456789012345.0, "9007199254740992": 9007199254740992.0, "1E23": 1e23, "5e-324": 5e-324,
		"9007199254740993":       stdjson.Number("9007199254740993"),
		"-9223372036854775807":   stdjson.Number("-9223372036854775807"),
		"0.10000000000000000001": stdjson.Number("0.10000000000000000001"),
		"1e400":                  stdjson.Number("1e400"),
		"1e-400":                 stdjson.Number("1e-400"),
		"1e99999999999999999999": stdjson.Number("1e99999999999999999999"),
	} {
		var got any
		if err := Unmarshal([]byte(literal), &got); err != nil {
			t.Errorf("%s: %v", literal, err)
			continue
		}
		if !same(reflect.ValueOf(got), reflect.ValueOf(want)) {
			t.Errorf("%s becomes %T %v, want %T %v", literal, got, got, want, want)
		}
	}
	if data, err := Marshal([]any{int64(math.MaxInt64), uint64(math.MaxUint64)}); string(data) != "[9223372036854775807,18446744073709551615]" || err != nil {
		t.Errorf("integers in an any are encoded as %s, %v", data, err)
	}
}

// same is reflect.DeepEqual, except that times are equal if their instants and
// offsets are, and zeros only if their signs are.
func same(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return a.IsValid() == b.IsValid() && !a.IsValid()
	}
	if x, ok := asTime(a); ok {
		y, _ := asTime(b)
		_, offX := x.Zone()
		_, offY := y.Zone()
		return x.Equal(y) && offX == offY
	}
	if equal, ok := sameSpecial(a, b); ok {
		return equal
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(a.Float()) == math.Float64bits(b.Float())
	case reflect.Func:
		return a.IsNil() && b.IsNil()
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() || a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
			return false
		}
		for _, k := range a.MapKeys() {
			if !same(a.MapIndex(k), b.MapIndex(k)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func asTime(v reflect.Value) (time.Time, bool) {
	if v.Type() != timeType || !v.CanInterface() {
		return time.Time{}, false
	}
	return v.Interface().(time.Time), true
}
