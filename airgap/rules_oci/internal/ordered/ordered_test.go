package ordered

import (
	"strings"
	"testing"
)

func TestFormatKeepsOrder(t *testing.T) {
	const text = `{
  "z": 1,
  "a": [
    {
      "n": 30000000000,
      "f": 1.50
    },
    [],
    {}
  ],
  "m": null,
  "b": true
}`
	object, err := ParseObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(object.Format()); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

// The expected strings are jq 1.6's output.
func TestFormatEscapesAsJQ(t *testing.T) {
	tests := []struct{ in, want string }{
		{`a"b\c/`, `"a\"b\\c/"`},
		{"\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"\x00\x1f\x7f", `"\u0000\u001f\u007f"`},
		{"<&>é\u2028\u2029😀", "\"<&>é\u2028\u2029😀\""},
		{"a\xffb", "\"a\ufffdb\""},
	}
	for _, test := range tests {
		if got := string(New("s", test.in).Format()); got != "{\n  \"s\": "+test.want+"\n}" {
			t.Errorf("%q: got %s, want %s", test.in, got, test.want)
		}
	}
}

func TestChanges(t *testing.T) {
	const text = `{"a": 1, "o": {"x": 1, "y": {"z": 1}}, "b": [1]}`
	tests := []struct {
		name   string
		change func(*Object)
		want   string
	}{
		{"set in place", func(o *Object) { o.Set("a", Int(2)) }, `{"a":2,"o":{"x":1,"y":{"z":1}},"b":[1]}`},
		{"set at the end", func(o *Object) { o.Set("c", "s") }, `{"a":1,"o":{"x":1,"y":{"z":1}},"b":[1],"c":"s"}`},
		{"delete", func(o *Object) { o.Delete("o") }, `{"a":1,"b":[1]}`},
		{"delete and set", func(o *Object) { o.Delete("a"); o.Set("a", nil) }, `{"o":{"x":1,"y":{"z":1}},"b":[1],"a":null}`},
		{"add", func(o *Object) { o.Add(New("o", New("k", "v"), "n", false)) }, `{"a":1,"o":{"k":"v"},"b":[1],"n":false}`},
		{"merge", func(o *Object) { o.Merge(New("n", "s", "o", New("y", New("w", "v"), "x", "s"), "b", []any{})) },
			`{"a":1,"o":{"x":"s","y":{"z":1,"w":"v"}},"b":[],"n":"s"}`},
		{"merge over a number", func(o *Object) { o.Merge(New("a", New("k", "v"))) }, `{"a":{"k":"v"},"o":{"x":1,"y":{"z":1}},"b":[1]}`},
		{"append", func(o *Object) { _ = o.Append("b", Int(2)) }, `{"a":1,"o":{"x":1,"y":{"z":1}},"b":[1,2]}`},
		{"append to nothing", func(o *Object) { _ = o.Append("c", "s") }, `{"a":1,"o":{"x":1,"y":{"z":1}},"b":[1],"c":["s"]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			object, err := ParseObject([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			test.change(object)
			got := strings.NewReplacer("\n", "", " ", "").Replace(string(object.Format()))
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestParseObjectTakesTheLastOfEqualKeys(t *testing.T) {
	object, err := ParseObject([]byte(`{"a": 1, "b": 2, "a": 3}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(object.Format()), "{\n  \"a\": 3,\n  \"b\": 2\n}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseObjectErrors(t *testing.T) {
	for _, text := range []string{"", "[]", "1", `{"a": 1} {}`, `{"a": `, `{"a": [1, }`, `{"a"}`} {
		if object, err := ParseObject([]byte(text)); err == nil {
			t.Errorf("%q: got %s, want an error", text, object.Format())
		}
	}
}

func TestWrongKinds(t *testing.T) {
	object := New("s", "text")
	if _, err := object.Object("s"); err == nil {
		t.Error("Object: a string was taken for an object")
	}
	if _, err := object.Array("s"); err == nil {
		t.Error("Array: a string was taken for an array")
	}
	if err := object.Append("s", "x"); err == nil {
		t.Error("Append: a string was taken for an array")
	}
}
