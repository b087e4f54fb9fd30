package rehearse

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// TestRetriesAreCharged has a task that fails twice, and one that is redriven.
func TestRetriesAreCharged(t *testing.T) {
	h, err := openHistory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	h.express = map[string]bool{"fast": true}
	for _, execution := range []string{"birds", "birds/slow:1", "birds/fast:1"} {
		for i, kind := range strings.Fields("ExecutionStarted TaskStateEntered TaskScheduled TaskFailed TaskScheduled TaskFailed TaskScheduled TaskSucceeded TaskStateExited " +
			"MapStateEntered MapStateStarted MapStateFailed ExecutionFailed ExecutionRedriven MapStateStarted MapStateExited ExecutionSucceeded") {
			if err := h.Record(execution, interpreter.Event{Type: kind, ID: int64(i + 1)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Two states and three more attempts; the child's start counts too.
	if h.transitions != 5+6 || h.requests != 1 || len(h.tried) > 0 {
		t.Errorf("%d transitions, %d requests, %d executions left", h.transitions, h.requests, len(h.tried))
	}
}

func TestHistoryGoesOnAfterACut(t *testing.T) {
	folder := t.TempDir()
	h, err := openHistory(folder)
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1_750_000_000_123).UTC()
	want := []interpreter.Event{
		{Time: at, Type: "ExecutionStarted", ID: 1, Details: interpreter.Details{Input: []byte(`{"a":"<"}`)}},
		{Time: at, Type: "ExecutionFailed", ID: 2, Previous: 1, Details: interpreter.Details{Error: "E", Cause: "why"}},
	}
	for _, e := range want {
		for _, execution := range []string{"one", "two"} {
			if err := h.Record(execution, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, historyFile)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"execution":"one","event":{"ty`) // killed in the middle
	f.Close()

	if h, err = openHistory(folder); err != nil {
		t.Fatal(err)
	}
	defer h.close()
	more := interpreter.Event{Time: at, Type: "ExecutionRedriven", ID: 3, Previous: 2, Details: interpreter.Details{Redrives: 1}}
	if err := h.Record("one", more); err != nil {
		t.Fatal(err)
	}
	if got, err := h.past("one"); err != nil || !reflect.DeepEqual(got, append(want, more)) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, append(want, more))
	}
	if got, err := h.past("none"); err != nil || got != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	exported := filepath.Join(folder, "two.json")
	if err := h.export("two", exported); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(exported)
	if err != nil || !strings.Contains(string(text), `"executionFailedEventDetails"`) || !strings.Contains(string(text), `"id": 2`) {
		t.Errorf("exported %s, %v", text, err)
	}
}
