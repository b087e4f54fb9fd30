package engine

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
		list, err := itemsOf([]byte(array))
		if err != nil {
			t.Errorf("%s: %v", array, err)
			continue
		}
		var want []json.RawMessage
		if err := json.Unmarshal([]byte(array), &want); err != nil {
			t.Fatal(err)
		}
		var parts []results
		for i := range list.count {
			item := list.at(i)
			if i >= len(want) || string(item) != string(want[i]) || cap(item) != len(item) {
				t.Errorf("%s: element %d is %s", array, i, item)
			}
			parts = append(parts, results{i, part{fmt.Appendf(nil, "[%s]", item), 1}})
		}
		slices.Reverse(parts)
		if got := listOf(parts).join(); list.count != len(want) || string(got) != array {
			t.Errorf("%d elements, want %d; joined: %s", list.count, len(want), got)
		}
	}
	if list, err := itemsOf([]byte("null")); err != nil || list.count != 0 {
		t.Errorf("null: got %d elements, %v", list.count, err)
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
		itemsOf(data) // must not panic for any data
		var compact bytes.Buffer
		var want []json.RawMessage
		if json.Compact(&compact, data) != nil || json.Unmarshal(compact.Bytes(), &want) != nil {
			return
		}
		list, err := itemsOf(compact.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		var got []json.RawMessage
		for i := range list.count {
			got = append(got, list.at(i))
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %s, want %s", data, fmt.Sprint(got), fmt.Sprint(want))
		}
	})
}
