package codec_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/codec"
)

// optional is null in JSON when it holds nothing, as many libraries have it.
type optional struct{ v *int }

func (o optional) MarshalJSON() ([]byte, error) {
	if o.v == nil {
		return []byte("null"), nil
	}
	return codec.Marshal(*o.v)
}

func (o *optional) UnmarshalJSON(data []byte) error { return codec.Unmarshal(data, &o.v) }

func TestMarshalValue(t *testing.T) {
	four := 4
	for name, c := range map[string]struct {
		value any
		want  string
		fails bool // with want in the error
	}{
		"a value":                   {optional{&four}, "4", false},
		"a value that is null":      {optional{}, "null", false},
		"a pointer":                 {&optional{&four}, "4", false},
		"a pointer to a struct":     {&struct{ N int }{4}, `{"N":4}`, false},
		"nil":                       {(*optional)(nil), "null", false},
		"an untyped nil":            {nil, "null", false},
		"a pointer to what is null": {&optional{}, "null", true},
		"such a pointer in a value": {struct{ O *optional }{&optional{}}, "null", true},
	} {
		data, err := codec.MarshalValue(c.value)
		switch {
		case c.fails && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %s, %v, want an error", name, data, err)
		case !c.fails && (err != nil || string(data) != c.want):
			t.Errorf("%s: got %s, %v, want %s", name, data, err, c.want)
		}
	}
}
