package fanout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// TestFailed reads files as Step Functions writes them.
func TestFailed(t *testing.T) {
	child := func(first int) string {
		input := fmt.Sprintf(`{"path":"%d/","batch":{"i":%d,"n":2},"run":"r"}`, first, first)
		return fmt.Sprintf(`{"Name":"c","Input":%q,"InputDetails":{"Included":true},"Error":"Throttled","Cause":"[{]","Status":"FAILED"}`, input)
	}
	for name, c := range map[string]struct {
		objects map[string]string
		want    []int
		err     string
	}{
		"none":      {map[string]string{"m": `{"ResultFiles":{"FAILED":[],"PENDING":[],"SUCCEEDED":[{"Key":"SUCCEEDED_0","Size":9}]}}`}, nil, ""},
		"two files": {map[string]string{"m": `{"ResultFiles":{"FAILED":[{"Key":"a"},{"Key":"b"}]}}`, "a": "[" + child(0) + "," + child(7) + "]", "b": "[\n" + child(2) + "\n]\n"}, []int{0, 7, 2}, ""},
		"empty":     {map[string]string{"m": `{"ResultFiles":{"FAILED":[{"Key":"a"}]}}`, "a": "[]"}, nil, ""},
		"no object": {map[string]string{"m": `{"ResultFiles":{"FAILED":[{"Key":"a"}]}}`}, nil, "a"},
		"nothing":   {map[string]string{"m": ""}, nil, "m: unexpected EOF"},
		"cut":       {map[string]string{"m": `{"ResultFiles":{"FAILED":[{"Key":"a"}]}}`, "a": "[" + child(1)}, []int{1}, "a: unexpected EOF"},
		"not ours":  {map[string]string{"m": `{"ResultFiles":{"FAILED":[{"Key":"a"}]}}`, "a": `[{"Name":"c","Input":"7"}]`}, nil, "a: the input of child c names no batch"},
	} {
		s := store.NewMemory()
		for key, text := range c.objects {
			if err := s.Put(t.Context(), key, strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
		var got []int
		err := fanout.Failed(t.Context(), s, "m", func(first int) { got = append(got, first) })
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %v, %v, want %v, %s", name, got, err, c.want, c.err)
		}
	}
}
