package inputs

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/codec"
)

type (
	left  struct{ Both, Left int }
	Inner struct {
		Deep int
	}
	Number   int
	withEach struct {
		left
		*Inner
		Number
		base  `json:"base"`
		Named palette `json:"named"`
		Upper int
		Skip  int `json:"-"`
		done  struct{}
		Text  string `json:",omitempty"`
		Odd   int    `json:"<odd>"`
	}
)

// TestFieldsAreThoseOfJSON compares names and order with what encoding/json writes.
func TestFieldsAreThoseOfJSON(t *testing.T) {
	for _, v := range []any{
		withEach{Inner: &Inner{}, Text: "x", Number: 1, Odd: 1, done: struct{}{}}, struct{}{}, request{Waits: nil, Quoted: 1, private: "x"},
	} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		members, _ := object(data)
		var want, got []string
		for _, m := range members {
			want = append(want, m.name)
		}
		for _, f := range codec.Fields(reflect.TypeOf(v)) {
			if f.Name != "waits" {
				got = append(got, f.Name)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%T: got %q, want %q", v, got, want)
		}
	}
}
