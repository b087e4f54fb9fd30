package intrinsic

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
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
	e, err := Parse("f.$", expression)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonvalue.Parse([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	result, err := e.Eval(jsonpath.Data{Value: value})
	if err != nil {
		return "error: " + err.Error()
	}
	return string(jsonvalue.Append(nil, result))
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
	if _, err := Parse("f.$", nested(awslimits.NestedFunctions)); err != nil {
		t.Error(err)
	}
	if _, err := Parse("f.$", nested(awslimits.NestedFunctions+1)); err == nil {
		t.Error("calls may be nested too deep")
	}
}
