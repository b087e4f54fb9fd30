package interpreter

import (
	"testing"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

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
		input, err := jsonvalue.Parse([]byte(`{"v": ` + c.variable + `, "with": ` + c.value + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := holds(jsonpath.Data{Value: input}); err != nil || got != c.want {
			t.Errorf("%s %s %s: %v, %v", c.variable, c.name, c.value, got, err)
		}
		if comparisons[c.name].fixed {
			continue
		}
		byPath := readCondition(readTree([]byte(`{"Variable": "$.v", "`+c.name+`Path": "$.with"}`), &p), 0)
		if got, err := byPath(jsonpath.Data{Value: input}); p.err() != nil || err != nil || got != c.want {
			t.Errorf("%s %sPath %s: %v, %v, %v", c.variable, c.name, c.value, got, err, p.err())
		}
	}
	if len(comparisons) != 23 {
		t.Errorf("%d comparisons: the language has 23 without those that end in Path", len(comparisons))
	}
}
