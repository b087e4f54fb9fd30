package fanout_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/fanout"
)

func TestSplitArray(t *testing.T) {
	for _, c := range []struct {
		data string
		want []string
		err  string
	}{
		{data: `[]`},
		{data: ` null `},
		{data: `[1, 2.50 ,"a,]\"b"]`, want: []string{`1`, `2.50`, `"a,]\"b"`}},
		{data: `[{"a":[1,2]},[[]],null,true]`, want: []string{`{"a":[1,2]}`, `[[]]`, `null`, `true`}},
		{data: `[12345678901234567890,1e400,"\u00e9"]`, want: []string{`12345678901234567890`, `1e400`, `"\u00e9"`}},
		{data: `{"a":1}`, err: "want a JSON array"},
		{data: `7`, err: "want a JSON array"},
		{data: ``, err: "want a JSON array"},
		{data: `[1,`, want: []string{"1"}, err: "reading the array"},
		{data: `[1`, want: []string{"1"}, err: "reading the array"},
		{data: `[1 2]`, want: []string{"1"}, err: "reading the array"},
		{data: `[1] 2`, want: []string{"1"}, err: "more data"},
	} {
		var got []string
		var failed string
		for e, err := range fanout.SplitArray([]byte(c.data)) {
			if err != nil {
				failed = err.Error()
				continue
			}
			got = append(got, string(e))
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: elements %q, want %q", c.data, got, c.want)
		}
		if (c.err == "") != (failed == "") || !strings.Contains(failed, c.err) {
			t.Errorf("%s: error %q, want %q", c.data, failed, c.err)
		}
	}
}

func TestJoinArray(t *testing.T) {
	for _, want := range []string{`[]`, `[1]`, `[1,"a",[2,{"b":null}]]`} {
		var elements []json.RawMessage
		for e, err := range fanout.SplitArray([]byte(want)) {
			if err != nil {
				t.Fatal(err)
			}
			elements = append(elements, e)
		}
		if got := string(fanout.JoinArray(elements)); got != want {
			t.Errorf("joined %s, want %s", got, want)
		}
	}
}

func FuzzSplitArray(f *testing.F) {
	for _, seed := range []string{`[1,2]`, `[]`, `null`, `[[1],{"a":2}]`, `[1`, `[1]x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var elements []json.RawMessage
		var failed error
		for e, err := range fanout.SplitArray(data) {
			if err != nil {
				failed = err
				break
			}
			elements = append(elements, e)
		}
		var whole []json.RawMessage
		if err := json.Unmarshal(data, &whole); (err == nil) != (failed == nil) {
			t.Fatalf("split says %v, encoding/json says %v", failed, err)
		}
		if failed == nil && !bytes.Equal(fanout.JoinArray(elements), fanout.JoinArray(whole)) {
			t.Fatalf("split %q, encoding/json %q", elements, whole)
		}
	})
}
