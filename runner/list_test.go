package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSplitAndJoin(t *testing.T) {
	for _, array := range []string{
		`[]`, `[1]`, `[1,2,3]`, `[null,true]`, `["",",","]"]`, `["\"","\\","\\\"",","]`, `[[1,2],[],[[3]]]`,
		`[{"a":[1,"]"],"b":{}},{"c":"},{"}]`, "[" + strings.Repeat(`"é",`, 5000) + "0]",
	} {
		list, err := split([]byte(array))
		if err != nil {
			t.Errorf("%s: %v", array, err)
			continue
		}
		var want []json.RawMessage
		if err := json.Unmarshal([]byte(array), &want); err != nil {
			t.Fatal(err)
		}
		var parts []part
		for i := range list.len() {
			item := list.at(i)
			if i >= len(want) || string(item) != string(want[i]) || cap(item) != len(item) {
				t.Errorf("%s: element %d is %s", array, i, item)
			}
			parts = append(parts, part{i, appendAll(nil, [][]byte{item})})
		}
		slices.Reverse(parts)
		if got := join(parts); list.len() != len(want) || string(got) != array {
			t.Errorf("%d elements, want %d; joined: %s", list.len(), len(want), got)
		}
	}
	if list, err := split([]byte("null")); err != nil || list.len() != 0 {
		t.Errorf("null: got %d elements, %v", list.len(), err)
	}
	for _, array := range []string{``, `7`, `{}`, `[`, `[1`, `[1}`, `["]`, `["\"]`, `[[1]`, `[1]]`, `"[]"`} {
		if _, err := split([]byte(array)); err == nil {
			t.Errorf("%s is split", array)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte(`["a,b",{"c":[1,2]},null]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := split(data) // must not panic, whatever it is
		var compact bytes.Buffer
		var want []json.RawMessage
		if json.Compact(&compact, data) != nil || json.Unmarshal(compact.Bytes(), &want) != nil {
			return
		}
		if list, err = split(compact.Bytes()); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		var got []json.RawMessage
		for i := range list.len() {
			got = append(got, list.at(i))
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %s, want %s", data, fmt.Sprint(got), fmt.Sprint(want))
		}
	})
}
