package asl

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestFunctions has results that were recorded from the service where the
// documentation leaves questions open.
func TestFunctions(t *testing.T) {
	input := `{"list": [1, 2, 3], "name": "goose", "o": {"b": [], "a": 1}, "empty": [], "s": " , ", "big": 9223372036854775807, "f": 1.50, "null": null,
		"mixed": [null, null, true, true, 1, 1, 1.1, "x", "x", [], [], {"a": 1, "b": 2}, {"b": 2, "a": 1}], "template": "{}-{}", "brace": "{x}"}`
	for _, c := range []struct{ call, want string }{
		{`States.Format('Hello')`, `"Hello"`},
		{`States.Format('{} {}', $.name, 1.50)`, `"goose 1.50"`},
		{`States.Format('{}', $.o)`, `"{a=1, b=[]}"`},
		{`States.Format('{}', $.null)`, `"null"`},
		{`States.Format('{}', States.Array('a', true))`, `"[a, true]"`},
		{`States.Format($.template, 'a', 'b')`, `"a-b"`},
		{`States.Format('\{\} \' \\ {}', 'a\'b\\c\{')`, `"{} ' \\ a'b\\c{"`},
		{`States.Format('{}')`, `error: there are more {} than arguments`},
		{`States.Format('x', 1)`, `error: there are more arguments than {}`},
		{`States.Format($.brace)`, `error: a lone { must have a backslash before it`},
		{`States.Format(1)`, `error: the template is a number, not a string`},
		{`States.StringToJson('')`, `null`},
		{`States.StringToJson(' ')`, `null`},
		{`States.StringToJson('[1, 2, "x"]')`, `[1,2,"x"]`},
		{`States.StringToJson('{"a": 1}')`, `{"a":1}`},
		{`States.StringToJson('[')`, `error: the argument is not JSON`},
		{`States.StringToJson($.list)`, `error: argument 1 is an array, not a string`},
		{`States.JsonToString($.o)`, `"{\"a\":1,\"b\":[]}"`},
		{`States.JsonToString('<&>')`, `"\"<&>\""`},
		{`States.Array()`, `[]`},
		{`States.ArrayPartition($.list, 2)`, `[[1,2],[3]]`},
		{`States.ArrayPartition($.empty, 5)`, `[]`},
		{`States.ArrayPartition($.list, 1.5)`, `[[1,2],[3]]`},
		{`States.ArrayPartition($.list, 0)`, `error: the size of the parts must be positive`},
		{`States.ArrayContains($.mixed, States.StringToJson('{"b":2,"a":1}'))`, `true`},
		{`States.ArrayContains($.list, 1.0)`, `true`},
		{`States.ArrayContains($.list, '1')`, `false`},
		{`States.ArrayContains($.empty, null)`, `false`},
		{`States.ArrayRange(0, 10, 3)`, `[0,3,6,9]`},
		{`States.ArrayRange(5, 1, -2)`, `[5,3,1]`},
		{`States.ArrayRange(1, 9, 9)`, `[1]`},
		{`States.ArrayRange(1, 2, 0)`, `error: the step is 0`},
		{`States.ArrayRange(0, 1000, 1)`, `error: it would make more than 1000 elements`},
		{`States.ArrayGetItem($.list, 2)`, `3`},
		{`States.ArrayGetItem($.list, 3)`, `error: there is no element 3 in an array of 3`},
		{`States.ArrayGetItem($.list, -1)`, `error: there is no element -1 in an array of 3`},
		{`States.ArrayLength($.empty)`, `0`},
		{`States.ArrayLength('x')`, `error: argument 1 is a string, not an array`},
		{`States.ArrayUnique($.mixed)`, `[null,true,1,1.1,"x",[],{"a":1,"b":2}]`},
		{`States.Base64Encode('')`, `""`},
		{`States.Base64Encode('Data to encode')`, `"RGF0YSB0byBlbmNvZGU="`},
		{`States.Base64Decode('RGF0YSB0byBlbmNvZGU=')`, `"Data to encode"`},
		{`States.Base64Decode('%')`, `error: the argument is not Base64`},
		{`States.Hash('input data', 'MD5')`, `"812f45842bc6d66ee14572ce20db8e86"`},
		{`States.Hash('input data', 'SHA-1')`, `"aaff4a450a104cd177d28d18d74485e8cae074b7"`},
		{`States.Hash('input data', 'SHA-256')`, `"b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3"`},
		{`States.Hash('input data', 'SHA-384')`, `"d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a15562"`},
		{`States.Hash('input data', 'SHA-512')`, `"6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc50283731a533d30d425402d4f91316d871303aac4"`},
		{`States.Hash('x', 'sha1')`, `error: there is no algorithm "sha1"`},
		{`States.JsonMerge($.o, States.StringToJson('{"a":2,"c":3}'), false)`, `{"a":2,"b":[],"c":3}`},
		{`States.JsonMerge($.o, $.o, true)`, `error: the third argument must be false`},
		{`States.JsonMerge($.o, $.list, false)`, `error: the first two arguments must be objects`},
		{`States.MathAdd(-9, 3)`, `-6`},
		{`States.MathAdd(1.49, 1.5)`, `3`},
		{`States.MathAdd(1.5, 1.51)`, `4`},
		{`States.MathAdd(-1.49, -1.5)`, `-2`},
		{`States.MathAdd(-1.5, -1.51)`, `-3`},
		{`States.MathAdd($.big, 0)`, `9223372036854775807`},
		{`States.MathAdd($.big, 1)`, `error: the sum is too large`},
		{`States.MathAdd(1e300, 1)`, `error: argument 1 is too large`},
		{`States.MathAdd('1', 1)`, `error: argument 1 is a string, not a number`},
		{`States.MathRandom(5, 6)`, `5`},
		{`States.MathRandom(6, 5)`, `error: the first number must be less than the second`},
		{`States.StringSplit('1,2,3', ',')`, `["1","2","3"]`},
		{`States.StringSplit('This.is+a,test=string', '.+,=')`, `["This","is","a","test","string"]`},
		{`States.StringSplit(', , ,', ',')`, `[" "," "]`},
		{`States.StringSplit(',,,,', ',')`, `[]`},
		{`States.StringSplit($.s, ',')`, `[" "," "]`},
		{`States.Format('{}', $.nothing)`, `error: The JSONPath '$.nothing' specified for the field 'f.$' could not be found`},
	} {
		got := evaluate(t, c.call, input)
		if want, fails := strings.CutPrefix(c.want, "error: "); got != c.want && !(fails && strings.HasPrefix(got, "error: ") && strings.Contains(got, want)) {
			t.Errorf("%s: got %s, want %s", c.call, got, c.want)
		}
	}
}

func evaluate(t *testing.T, expression, input string) string {
	t.Helper()
	e, err := parseExpression("f.$", expression)
	if err != nil {
		t.Fatal(err)
	}
	value, err := parse([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	result, err := e.eval(data{value: value})
	if err != nil {
		return "error: " + err.Error()
	}
	return string(appendJSON(nil, result))
}

func TestRandomNumbersAndNames(t *testing.T) {
	for range 100 {
		var n int
		if err := json.Unmarshal([]byte(evaluate(t, "States.MathRandom(-3, 2)", "{}")), &n); err != nil || n < -3 || n >= 2 {
			t.Fatalf("%d, %v: want a number from -3 to 1", n, err)
		}
	}
	if a, b := evaluate(t, "States.MathRandom(0, 1000000, 7)", "{}"), evaluate(t, "States.MathRandom(0, 1000000, 7)", "{}"); a != b {
		t.Errorf("the seed 7 gave %s and %s", a, b)
	}
	form := regexp.MustCompile(`^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$`)
	a, b := evaluate(t, "States.UUID()", "{}"), evaluate(t, "States.UUID()", "{}")
	if !form.MatchString(a) || a == b {
		t.Errorf("UUIDs %s and %s", a, b)
	}
}

func TestNesting(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("States.Array(", n) + "1" + strings.Repeat(")", n) }
	if _, err := parseExpression("f.$", nested(maxNesting)); err != nil {
		t.Error(err)
	}
	if _, err := parseExpression("f.$", nested(maxNesting+1)); err == nil {
		t.Error("calls may be nested too deep")
	}
}

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
		value, err := parse([]byte(input))
		if err != nil {
			t.Fatal(err)
		}
		p, err := parsePath(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		got, want := "missing", c.want
		if result, err := p.get(data{value: value}); err == nil {
			got = string(appendJSON(nil, result))
		}
		if want == input {
			want = string(appendJSON(nil, value))
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
		if p, err := parsePath(text); err == nil {
			t.Errorf("%q is taken as %+v", text, p)
		}
	}
	for _, text := range []string{"$[*]", "$..a", "$[0,1]", "$[0:1]", "$['a','b']", "$[?(@.a)]"} {
		if _, err := parseReference(text); err == nil {
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
		p, err := parseReference(c.path)
		if err != nil {
			t.Fatal(err)
		}
		root, err := parse([]byte(c.root))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if value, err := p.put(root, json.Number("9")); err != nil {
			got = err.Error()
		} else {
			got = string(appendJSON(nil, value))
		}
		if got != c.want {
			t.Errorf("%s at %s: got %s, want %s", c.root, c.path, got, c.want)
		}
		if after := string(appendJSON(nil, root)); after != c.root {
			t.Errorf("%s at %s: the root became %s", c.root, c.path, after)
		}
	}
}

func TestComparisons(t *testing.T) {
	for _, c := range []struct {
		name, variable, value string
		want                  bool
	}{
		{"StringEquals", `"a"`, `"a"`, true},
		{"StringEquals", `1`, `"1"`, false},
		{"StringLessThan", `"a"`, `"b"`, true},
		{"StringLessThan", `"a"`, `"a"`, false},
		{"StringLessThanEquals", `"a"`, `"a"`, true},
		{"StringGreaterThan", `"b"`, `"a"`, true},
		{"StringGreaterThanEquals", `"a"`, `"b"`, false},
		{"StringMatches", `"log-2026.txt"`, `"log-*.txt"`, true},
		{"StringMatches", `"log-2026.txt.gz"`, `"log-*.txt"`, false},
		{"StringMatches", `"aXbXc"`, `"a*b*c"`, true},
		{"StringMatches", `"ab"`, `"a*b*b"`, false},
		{"StringMatches", `"a*b"`, `"a\\*b"`, true},
		{"StringMatches", `"axb"`, `"a\\*b"`, false},
		{"StringMatches", `"a\\b"`, `"a\\\\b"`, true},
		{"StringMatches", `""`, `"*"`, true},
		{"StringMatches", `5`, `"*"`, false},
		{"NumericEquals", `1`, `1.0`, true},
		{"NumericEquals", `"1"`, `1`, false},
		{"NumericEquals", `123456789012345678901`, `123456789012345678902`, false},
		{"NumericLessThan", `1e2`, `101`, true},
		{"NumericLessThanEquals", `2`, `2`, true},
		{"NumericGreaterThan", `-1`, `-2`, true},
		{"NumericGreaterThanEquals", `1`, `2`, false},
		{"BooleanEquals", `true`, `true`, true},
		{"BooleanEquals", `"true"`, `true`, false},
		{"TimestampEquals", `"2026-01-01T00:00:00Z"`, `"2026-01-01T01:00:00+01:00"`, true},
		{"TimestampLessThan", `"2026-01-01T00:00:00Z"`, `"2026-01-01T00:00:00.001Z"`, true},
		{"TimestampGreaterThan", `"yesterday"`, `"2026-01-01T00:00:00Z"`, false},
		{"TimestampLessThanEquals", `null`, `"2026-01-01T00:00:00Z"`, false},
		{"TimestampGreaterThanEquals", `"2027-01-01T00:00:00Z"`, `"2026-01-01T00:00:00Z"`, true},
		{"IsNull", `null`, `true`, true},
		{"IsNull", `0`, `false`, true},
		{"IsPresent", `null`, `true`, true},
		{"IsPresent", `null`, `false`, false},
		{"IsNumeric", `1.5`, `true`, true},
		{"IsString", `1.5`, `true`, false},
		{"IsBoolean", `false`, `true`, true},
		{"IsTimestamp", `"2026-01-01T00:00:00Z"`, `true`, true},
		{"IsTimestamp", `"2026-01-01"`, `true`, false},
		{"IsTimestamp", `"2026-01-01T1:00:00,5Z"`, `true`, false},
	} {
		var p problems
		o := readTree([]byte(`{"Variable": "$.v", "`+c.name+`": `+c.value+`}`), &p)
		holds := readCondition(o, 0)
		if err := p.err(); err != nil {
			t.Errorf("%s %s: %v", c.name, c.value, err)
			continue
		}
		input, err := parse([]byte(`{"v": ` + c.variable + `, "with": ` + c.value + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := holds(data{value: input}); err != nil || got != c.want {
			t.Errorf("%s %s %s: %v, %v", c.variable, c.name, c.value, got, err)
		}
		if comparisons[c.name].fixed {
			continue
		}
		byPath := readCondition(readTree([]byte(`{"Variable": "$.v", "`+c.name+`Path": "$.with"}`), &p), 0)
		if got, err := byPath(data{value: input}); p.err() != nil || err != nil || got != c.want {
			t.Errorf("%s %sPath %s: %v, %v, %v", c.variable, c.name, c.value, got, err, p.err())
		}
	}
	if len(comparisons) != 23 {
		t.Errorf("%d comparisons: the language has 23 without those that end in Path", len(comparisons))
	}
}

func TestDelay(t *testing.T) {
	half := func() float64 { return 0.5 }
	for _, c := range []struct {
		rule    retrier
		attempt int
		want    time.Duration
	}{
		{retrier{interval: 1, rate: 2}, 1, time.Second},
		{retrier{interval: 1, rate: 2}, 4, 8 * time.Second},
		{retrier{interval: 3, rate: 1}, 9, 3 * time.Second},
		{retrier{interval: 2, rate: 1.5}, 3, 4500 * time.Millisecond},
		{retrier{interval: 2, rate: 2, most: 60}, 9, time.Minute},
		{retrier{interval: 2, rate: 2, most: 60, jitter: true}, 9, 30 * time.Second},
		{retrier{interval: 2, rate: 10}, 400, secondsLimit * time.Second},
	} {
		if got := c.rule.delay(c.attempt, half); got != c.want {
			t.Errorf("%+v, attempt %d: got %s, want %s", c.rule, c.attempt, got, c.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		failure Failure
		rule    string
		want    bool
	}{
		{Failure{Name: "Busy"}, "Busy", true},
		{Failure{Name: "Busy"}, "Bus", false},
		{Failure{Name: "Busy"}, "States.ALL", true},
		{Failure{Name: "Busy"}, "States.TaskFailed", true},
		{Failure{Name: "States.Timeout"}, "States.TaskFailed", false},
		{Failure{Name: "States.Timeout"}, "States.ALL", true},
		{Failure{Name: "States.HeartbeatTimeout"}, "States.Timeout", true},
		{Failure{Name: "States.Runtime"}, "States.Runtime", false},
		{Failure{Name: "States.Runtime"}, "States.ALL", false},
		{Failure{Name: "States.DataLimitExceeded", terminal: true}, "States.ALL", false},
		{Failure{Name: "States.DataLimitExceeded", terminal: true}, "States.DataLimitExceeded", true},
		{Failure{Name: "States.DataLimitExceeded"}, "States.ALL", true},
	} {
		if got := c.failure.matches([]string{c.rule}); got != c.want {
			t.Errorf("%+v matches %s: %v", c.failure, c.rule, got)
		}
	}
}
