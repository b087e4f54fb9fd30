package values

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

func TestLines(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"", []string{}},
		{"a", []string{"a"}},
		{"a\n\nb c\n", []string{"a", "b c"}},
		{"one%5Ctwo\nx%5Cny%5Cnz", []string{"one%5Ctwo", "x\ny\nz"}},
	}
	for _, test := range tests {
		got, err := Lines(layouttest.File(t, "lines", []byte(test.in)))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %q (%v), want %q", test.in, got, err, test.want)
		}
	}
}

func TestPairs(t *testing.T) {
	tests := []struct {
		in   string
		want []Pair
	}{
		{"", nil},
		{"A=1", []Pair{{"A", "1", 1}}},
		{"A=1=2\nB\n", []Pair{{"A", "1=2", 1}, {"B", "", 2}}},
		{"A=1\n\n", []Pair{{"A", "1", 1}, {"", "", 2}}},
	}
	for _, test := range tests {
		got, err := Pairs(layouttest.File(t, "pairs", []byte(test.in)))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %v (%v), want %v", test.in, got, err, test.want)
		}
	}
}

func TestDict(t *testing.T) {
	got, err := Dict(layouttest.File(t, "dict", []byte("b=1\n\na=x=y\nb=2\nc")))
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"b\": \"2\",\n  \"a\": \"x=y\",\n  \"c\": \"\"\n}"; string(got.Format()) != want {
		t.Errorf("got %s, want %s", got.Format(), want)
	}
}

func TestSet(t *testing.T) {
	check := func(entry string) error {
		if entry == "bad" {
			return errors.New("bad entry")
		}
		return nil
	}
	for in, want := range map[string]string{"": "{}", "b,a": "{\n  \"b\": {},\n  \"a\": {}\n}"} {
		got, err := Set(layouttest.File(t, "set", []byte(in)), check)
		if err != nil || string(got.Format()) != want {
			t.Errorf("%q: got %s (%v), want %s", in, got.Format(), err, want)
		}
	}
	path := layouttest.File(t, "set", []byte("a,bad"))
	if _, err := Set(path, check); err == nil || !strings.Contains(err.Error(), path+": bad entry") {
		t.Errorf("got the error %v", err)
	}
}

func TestWords(t *testing.T) {
	got, err := Words(layouttest.File(t, "words", []byte("a\n b\tc\n\n")))
	if want := []string{"a", "b", "c"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
