package inputs

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

type (
	left   struct{ Both, Left int }
	right  struct{ Both, Right int }
	tagged struct {
		X int `json:"Both"`
	}
	Inner struct {
		Deep int
		*Inner
	}
	number   int
	withEach struct {
		left
		*Inner
		number
		Named  right `json:"named"`
		Upper  int
		Skip   int `json:"-"`
		hidden int
		Text   string `json:",omitempty"`
	}
	tie struct {
		left
		right
	}
	untied struct {
		left
		tagged
	}
	outer struct {
		tie
		Both string
	}
)

// TestFieldsAreThoseOfJSON checks names and order against what encoding/json
// itself writes.
func TestFieldsAreThoseOfJSON(t *testing.T) {
	for _, v := range []any{
		withEach{Inner: &Inner{}, Text: "x", number: 1, hidden: 1}, tie{}, untied{}, outer{}, struct{}{}, request{private: "x"},
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
		for _, f := range fieldsOf(reflect.TypeOf(v)) {
			got = append(got, f.name)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%T: got %q, want %q", v, got, want)
		}
	}
}
