package jsonpath

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

func TestPaths(t *testing.T) {
	input := `{"a": {"b": [10, 20, {"c": null}], "x-y": 1, "ü": 2, "": 3}, "list": [{"n": 1, "t": "a"}, {"n": 2}, {"n": "2"}, 7], "s": "x.y"}`
	for _, c := range []struct{ path, want string }{
		{"$", input},
		{"$.a.b[1]", `20`},
		{"$.a.b[-1].c", `null`},
		{"$['a']['b'][0]", `10`},
		{`$["a"]["x-y"]`, `1`},
		{"$.a.x-y", `1`},
		{"$.a.ü", `2`},
		{"$.a['']", `3`},
		{"$.a.b[0,1]", `[10,20]`},
		{"$.a.b[:2]", `[10,20]`},
		{"$.a.b[-2:]", `[20,{"c":null}]`},
		{"$.a.b[0:3:2]", `[10,{"c":null}]`},
		{"$.a.b[5:]", `[]`},
		{"$.*.b", `[[10,20,{"c":null}]]`},
		{"$..n", `[1,2,"2"]`},
		{"$..['n']", `[1,2,"2"]`},
		{"$..[0]", `[10,{"n":1,"t":"a"}]`},
		{"$.list[?(@.n)].n", `[1,2,"2"]`},
		{"$.list[?(@.n == 2)].n", `[2]`},
		{"$.list[?(@.n != 2)]", `[{"n":1,"t":"a"},{"n":"2"},7]`},
		{"$.list[?(@.n >= 1 && !(@.t == 'a'))].n", `[2]`},
		{"$.list[?(@.t == \"a\" || @ == 7)]", `[{"n":1,"t":"a"},7]`},
		{"$.list[?(@.n < $.a.b[0])].n", `[1,2]`},
		{"$.list[?(@.n > '1')].n", `["2"]`},
		{"$.list[?(1 < 2)].n", `[1,2,"2"]`},
		{"$.list[?(!@.n)]", `[7]`},
		{"$.list[?(@.t == null)].n", `[]`},
		{"$.a.b[2]..c", `[null]`},
		{"$.nothing[*].x", `[]`},
		{"$.a.b[3]", `missing`},
		{"$.a.b.c", `missing`},
		{"$.s[0]", `missing`},
		{"$.a.b[0].x", `missing`},
	} {
		value, err := jsonvalue.Parse([]byte(input))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		got, want := "missing", c.want
		if result, err := p.Get(Data{Value: value}); err == nil {
			got = string(jsonvalue.Append(nil, result))
		}
		if want == input {
			want = string(jsonvalue.Append(nil, value))
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", c.path, got, want)
		}
	}
}

func TestPathsThatAreWrong(t *testing.T) {
	for _, text := range []string{
		"", "a", "a.b", "$a", "$.", "$..", "$.a.", "$.a b", "$[", "$[]", "$['a", "$['a'", "$[a]", "$[1", "$[1:2:0]", "$[1:2:3:4]", "$.a.length()", "$$a",
		"$[?(@.a]", "$[?(@.a =~ 1)]", "$[?(@.a == )]", "$[?(" + strings.Repeat("!", 30) + "@.a)]", "$[(@.length-1)]", "$['a',]", "$[?(@$.a == 1)]",
		"$[?(@.a[?(@.b)])]", "$" + strings.Repeat("[?(@.a)]", maxFilters+1),
	} {
		if p, err := Parse(text); err == nil {
			t.Errorf("%q is taken as %+v", text, p)
		}
	}
	for _, text := range []string{"$[*]", "$..a", "$[0,1]", "$[0:1]", "$['a','b']", "$[?(@.a)]"} {
		if _, err := ParseReference(text); err == nil {
			t.Errorf("%q is taken for a reference path", text)
		}
	}
}

func TestPut(t *testing.T) {
	for _, c := range []struct{ root, path, want string }{
		{`{"a":1}`, "$", `9`},
		{`{"a":1}`, "$.b", `{"a":1,"b":9}`},
		{`{"a":{"x":1}}`, "$.a.y.z", `{"a":{"x":1,"y":{"z":9}}}`},
		{`{"a":null}`, "$.a.b", `{"a":{"b":9}}`},
		{`{"a":[1,2]}`, "$.a[1]", `{"a":[1,9]}`},
		{`{"a":[1,2]}`, "$.a[2]", `it has no element 2`},
		{`{"a":1}`, "$.a.b", `a number can't have the member "b"`},
		{`[1]`, "$.a", `an array can't have the member "a"`},
		{`null`, "$.a", `{"a":9}`},
	} {
		p, err := ParseReference(c.path)
		if err != nil {
			t.Fatal(err)
		}
		root, err := jsonvalue.Parse([]byte(c.root))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if value, err := p.Put(root, json.Number("9")); err != nil {
			got = err.Error()
		} else {
			got = string(jsonvalue.Append(nil, value))
		}
		if got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.root, c.path, got, c.want)
		}
		if after := string(jsonvalue.Append(nil, root)); after != c.root {
			t.Errorf("%s at %s: the root became %s", c.root, c.path, after)
		}
	}
}
