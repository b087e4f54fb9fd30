package codec

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"
)

type Row struct {
	Fn   func()
	Rate float64
	Note string `json:"note"`
	Any  any
	At   time.Time
}

type Result struct {
	Rows []Row
}

type cycle struct {
	Next *cycle
	List []any
}

type inner struct{ Ok int }

type hidden struct {
	*inner
	N int
}

func TestTypesThatCannotBeStored(t *testing.T) {
	for _, c := range []struct {
		v    any
		want []string
	}{
		{Result{}, []string{"codec.Result can't be stored: Result.Rows[].Fn is a func()", "hint: ", `json:"-"`}},
		{struct{ A, B map[string]chan int }{}, []string{"A[] is a chan int"}},
		{struct {
			A complex64
			B func()
			C *[2]unsafe.Pointer
		}{}, []string{"A is a complex64", "\nB is a func()", "\nC[] is a unsafe.Pointer"}},
		{make(chan int), []string{"the value is a chan int"}},
		{func() {}, []string{"the value is a func()"}},
		{struct{ Err error }{}, []string{"Err is the interface error", "hint: use a concrete type"}},
		{struct{ S fmt.Stringer }{}, []string{"S is the interface fmt.Stringer"}},
		{map[any]int{}, []string{"keys of type interface {}", "hint: "}},
		{map[struct{ A int }]int{}, []string{"keys of type struct"}},
		{map[bool]int{}, []string{"keys of type bool"}},
		{hidden{}, []string{"hidden.inner is an embedded pointer", "hint: embed the struct itself"}},
		{[]Result{}, []string{"[].Rows[].Fn"}},
	} {
		_, err := Marshal(c.v)
		wantError(t, fmt.Sprintf("Marshal(%T)", c.v), err, c.want)
		buf := bytes.NewBufferString("before")
		if again := MarshalTo(buf, c.v); buf.String() != "before" || again == nil || err != nil && again.Error() != err.Error() {
			t.Errorf("MarshalTo(%T) leaves %q and says %v; Marshal says %v", c.v, buf, again, err)
		}
		wantError(t, fmt.Sprintf("Unmarshal into %T", c.v), Unmarshal([]byte("null"), reflect.New(reflect.TypeOf(c.v)).Interface()), c.want)
		if len(CheckType(reflect.TypeOf(c.v))) == 0 {
			t.Errorf("CheckType(%T) finds nothing", c.v)
		}
	}
	for _, v := range []any{cycle{}, row{}, wide{}, url.URL{}, struct {
		F func() `json:"-"`
		E shouting
	}{}} {
		if problems := CheckType(reflect.TypeOf(v)); len(problems) > 0 {
			t.Errorf("CheckType(%T) = %v, want nothing", v, problems)
		}
	}
}

type Shape struct {
	Rows  []Line
	Extra map[string]any
	P     *Line
}

type Line struct {
	Rate float64 `json:"rate"`
	Note string
	At   *time.Time `json:",omitempty"`
	URL  *url.URL
}

func TestValuesThatCannotBeStored(t *testing.T) {
	round := &cycle{}
	round.Next = round
	loop := map[string]any{}
	loop["x"] = loop
	local := time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28))
	null, nothing := stdjson.RawMessage("null"), any(maybe{})
	for _, c := range []struct {
		v    any
		want []string
	}{
		{Shape{Rows: []Line{{}, {Rate: math.NaN()}}}, []string{"encoding codec.Shape: Shape.Rows[1].Rate: ", "NaN"}},
		{&Shape{P: &Line{Rate: math.Inf(-1)}}, []string{"Shape.P.Rate", "Inf"}},
		{Shape{Extra: map[string]any{"a b": []any{1, math.NaN()}}}, []string{`Shape.Extra["a b"][1]`, "NaN"}},
		{Shape{P: &Line{Note: "a\xffb"}}, []string{"Shape.P", "UTF-8"}},
		{Shape{Extra: map[string]any{"\xff": 1}}, []string{"Shape.Extra", "UTF-8"}},
		{Shape{Extra: map[string]any{"f": func() {}}}, []string{`Shape.Extra["f"]: a func() can't be stored`}},
		{Shape{Extra: map[string]any{"f": Result{}.Rows}}, nil},
		{Shape{P: &Line{At: &local}}, []string{"Shape.P.At", "offset", "hint: store t.UTC()"}},
		{Shape{Extra: map[string]any{"t": local}}, []string{`Shape.Extra["t"]`, "offset"}},
		{math.NaN(), []string{"encoding float64: ", "NaN"}},
		{"\xff", []string{"encoding string: ", "UTF-8"}},
		{map[float64]int{math.NaN(): 1}, []string{"NaN"}},
		{round, []string{"cycle"}},
		{loop, []string{"cycle"}},
		{struct{ a int }{1}, []string{"no exported fields"}},
		{Shape{Extra: map[string]any{"a": struct{ b, c int }{}}}, []string{`Shape.Extra["a"]: `, "no exported fields", "hint: "}},
		{Shape{Extra: map[string]any{"e": errFailing}}, []string{`Shape.Extra["e"]: `, "no exported fields"}},
		{Shape{Extra: map[string]any{"a": []any{[]any{Shape{Rows: []Line{{Rate: math.NaN()}}}}}}}, []string{`Shape.Extra["a"][0][0]`, "NaN"}},
		{pointers{List: new([]int)}, []string{"pointers.List: ", "a pointer to nil", "hint: "}},
		{pointers{Next: new(*int)}, []string{"pointers.Next: ", "a pointer to nil"}},
		{pointers{Any: new(any)}, []string{"pointers.Any: ", "a pointer to nil"}},
		{pointers{Number: new(stdjson.Number)}, []string{"pointers.Number: ", "a pointer to nil"}},
		{[]*[]int{new([]int)}, []string{"[0]: ", "a pointer to nil"}},
		{pointers{Raw: &null}, []string{"pointers.Raw: ", "whose JSON is null", "hint: "}},
		{pointers{Maybe: new(maybe)}, []string{"pointers.Maybe: ", "whose JSON is null"}},
		{pointers{Deep: new(new(maybe))}, []string{"pointers.Deep: ", "whose JSON is null"}},
		{pointers{Any: &nothing}, []string{"pointers.Any: ", "whose JSON is null"}},
		{pointers{Maybe: new(maybe{42, true}), Raw: new(stdjson.RawMessage("true"))}, nil},
		{map[string]*maybe{"a": {}}, []string{`["a"]: `, "whose JSON is null"}},
		{anyCycle(), []string{"cycle"}},
		{map[time.Time]int{winter: 1}, []string{"a map's key", "hint: use t.Round(0).UTC()"}},
		{map[stamp]int{{time.Now()}: 1}, []string{"a map's key"}},
		{stdjson.Number("secret"), []string{"not a number"}},
		{stdjson.Number("1 2"), []string{"encoding json.Number"}},
		{struct{ R stdjson.RawMessage }{stdjson.RawMessage("{")}, []string{"R: "}},
		{struct{ R stdjson.RawMessage }{stdjson.RawMessage{}}, []string{"R: "}},
		{struct{ R stdjson.RawMessage }{stdjson.RawMessage(`{"a":1,"a":2}`)}, []string{"duplicate"}},
		{map[bad]int{1: 1, 2: 2}, []string{"duplicate"}},
	} {
		_, err := Marshal(c.v)
		if c.want == nil {
			if err != nil {
				t.Errorf("Marshal(%T): %v", c.v, err)
			}
			continue
		}
		wantError(t, fmt.Sprintf("Marshal(%T)", c.v), err, c.want)
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("Marshal(%T): an error of %d bytes", c.v, len(err.Error()))
		}
	}
}

type pointers struct {
	List   *[]int
	Next   **int
	Any    *any
	Number *stdjson.Number
	Raw    *stdjson.RawMessage
	Maybe  *maybe
	Deep   **maybe
}

// maybe is null without a value, as the optional types of many libraries are.
type maybe struct {
	n  int
	ok bool
}

func (m maybe) MarshalJSON() ([]byte, error) {
	if !m.ok {
		return []byte("null"), nil
	}
	return stdjson.Marshal(m.n)
}

func (m *maybe) UnmarshalJSON(data []byte) error {
	*m = maybe{ok: string(data) != "null"}
	return stdjson.Unmarshal(data, &m.n)
}

func anyCycle() any {
	var x any
	x = &x
	return x
}

// bad becomes the same key for every value.
type bad int

func (bad) MarshalText() ([]byte, error) { return []byte("same"), nil }

func (*bad) UnmarshalText([]byte) error { return nil }

func TestDataThatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		data string
		into any
		want []string
	}{
		{`{"Rows": [{}, {"rate": "x"}]}`, new(Shape), []string{"decoding codec.Shape: Shape.Rows[1].Rate: a JSON string does not fit into float64"}},
		{`{"P": {"Note": 1}}`, new(Shape), []string{"Shape.P.Note: a JSON number does not fit into string"}},
		{`{"P": {"At": "x"}}`, new(Shape), []string{"Shape.P.At"}},
		{`300`, new(int8), []string{"decoding int8: ", "out of range"}},
		{`-1`, new(uint), []string{"decoding uint: "}},
		{`1.5`, new(int), []string{"decoding int: "}},
		{`[1]`, new([2]int), []string{"[2]int"}},
		{`[1,2,3]`, new([2]int), []string{"[2]int"}},
		{`{"a":1,"a":2}`, new(map[string]int), []string{"duplicate"}},
		{`{"a":1,"a":2}`, new(any), []string{"duplicate"}},
		{`{"rate":1,"rate":2}`, new(Line), []string{"duplicate"}},
		{"\"\xff\"", new(string), []string{"UTF-8"}},
		{`"\ud800"`, new(string), []string{"decoding string"}},
		{`"AQ==\n"`, new([]byte), []string{"[]uint8"}},
		{`1e400`, new(float64), []string{"out of range"}},
		{``, new(any), []string{"decoding"}},
		{`1 2`, new(int), []string{"decoding int"}},
		{`[1`, new([]int), []string{"decoding []int"}},
		{`{"a":`, new(any), []string{"decoding"}},
		{strings.Repeat("[", 100_000), new(any), []string{"decoding"}},
	} {
		wantError(t, fmt.Sprintf("Unmarshal(%.40s) into %T", c.data, c.into), Unmarshal([]byte(c.data), c.into), c.want)
	}
	for _, into := range []any{nil, 1, (*int)(nil)} {
		if err := Unmarshal([]byte("1"), into); err == nil {
			t.Errorf("Unmarshal into %T %v succeeds", into, into)
		}
	}
	// Names differ by case, as fields may.
	v := struct{ ID, Id int }{}
	if err := Unmarshal([]byte(`{"Id": 1, "id": 2}`), &v); err != nil || v.Id != 1 || v.ID != 0 {
		t.Errorf("got %+v, %v; want only Id to be set", v, err)
	}
}

// TestErrorsAreWithoutValues: errors reach logs, and values must not.
func TestErrorsAreWithoutValues(t *testing.T) {
	const secret = "hunter2"
	for _, c := range []struct {
		data string
		into any
	}{
		{`{"At": "hunter2"}`, new(Line)},
		{`{"At": "hunter2T00:00:00Z"}`, new(Line)},
		{`{"Note": ["hunter2"]}`, new(Line)},
		{`"hunter2"`, new(netip.Addr)},
		{`"hunter2"`, new(big.Int)},
		{`"hunter2"`, new(stdjson.Number)},
		{`"hunter2 "`, new([]byte)},
		{`"hunter2"`, new(url.Userinfo)},
		{`{"User": "hunter2/%"}`, new(url.URL)},
		{`{"O": "hunter2"}`, new(oddTags)},
		{`"hunter2`, new(string)},
		{`{"a": hunter2}`, new(any)},
	} {
		err := Unmarshal([]byte(c.data), c.into)
		if err != nil && strings.Contains(err.Error(), secret) || err == nil && c.data != `"hunter2"` {
			t.Errorf("Unmarshal(%s) into %T: %v", c.data, c.into, err)
		}
	}
	for _, v := range []any{
		stdjson.Number(secret), stdjson.RawMessage(secret), secret + "\xff", map[string]any{"a": stdjson.Number(secret)},
		time.Date(1880, 1, 1, 0, 0, 0, 0, time.FixedZone(secret, 53*60+28)), []any{struct{ hunter string }{secret}},
	} {
		if _, err := Marshal(v); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("Marshal(%T): %v", v, err)
		}
	}
}

func TestErrorsOfMethodsAreWrapped(t *testing.T) {
	_, err := Marshal(struct{ F failing }{})
	if !errors.Is(err, errFailing) {
		t.Errorf("Marshal: %v, want the error of MarshalJSON wrapped", err)
	}
	wantError(t, "Marshal", err, []string{"F: codec.failing: "})
	err = Unmarshal([]byte(`{"F": 1}`), &struct{ F failing }{})
	if !errors.Is(err, errFailing) {
		t.Errorf("Unmarshal: %v, want the error of UnmarshalJSON wrapped", err)
	}
}

var errFailing = errors.New("refused by the type")

type failing int

func (failing) MarshalJSON() ([]byte, error) { return nil, errFailing }

func (*failing) UnmarshalJSON([]byte) error { return errFailing }

func wantError(t *testing.T, call string, err error, parts []string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s succeeds, want an error with %q", call, parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: the error lacks %q:\n%v", call, part, err)
		}
	}
}
