package lambdastep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// results writes which children failed, by their first items, in files of up to 3
// as Step Functions does, and returns the state that says where.
func (m *machine) results(failed ...int) json.RawMessage {
	m.t.Helper()
	var files []string
	for n := 0; n < len(failed); n += 3 {
		var executions []string
		for _, first := range failed[n:min(n+3, len(failed))] {
			input := fmt.Sprintf(`{"run":"r","path":"%d/","batch":{"i":%d,"n":1,"off":0,"len":9,"skip":0}}`, first, first)
			executions = append(executions, fmt.Sprintf(`{"ExecutionArn":"arn","Input":%q,"Status":"FAILED","Cause":"[{\"Input\":1}]"}`, input))
		}
		key := fmt.Sprintf("results/FAILED_%d.json", len(files))
		m.put(key, "["+strings.Join(executions, ",")+"]")
		files = append(files, fmt.Sprintf(`{"Key":%q,"Size":1}`, key))
	}
	m.put("results/manifest.json", `{"DestinationBucket":"b","MapRunArn":"arn","ResultFiles":{"FAILED":[`+strings.Join(files, ",")+`],"PENDING":[],"SUCCEEDED":[]}}`)
	return []byte(`{"run":"r","path":"","count":1,"results":{"MapRunArn":"arn","ResultWriterDetails":{"Bucket":"b","Key":"results/manifest.json"}}}`)
}

func (m *machine) put(key, text string) {
	m.t.Helper()
	if err := m.store.Put(m.t.Context(), key, strings.NewReader(text)); err != nil {
		m.t.Fatal(err)
	}
}

// TestWhatIsMissingIsNotTakenForFailed aggregates maps with missing results.
func TestWhatIsMissingIsNotTakenForFailed(t *testing.T) {
	for name, c := range map[string]struct {
		children, size int
		missing        func(child int) bool
		failed         []int // first items, as Step Functions says
		tolerate       float64
		want           string // in the error; "" for none
	}{
		"none missing":            {10, 1, func(int) bool { return false }, nil, 10, ""},
		"failed":                  {10, 1, func(c int) bool { return c == 3 }, []int{3}, 10, ""},
		"as many as may fail":     {10, 1, func(c int) bool { return c >= 5 }, []int{5, 6, 7, 8, 9}, 50, ""},
		"all failed, and may":     {4, 1, func(int) bool { return true }, []int{0, 1, 2, 3}, 100, ""},
		"one too many":            {10, 1, func(c int) bool { return c >= 4 }, []int{4, 5, 6, 7, 8, 9}, 50, "6 of 10 children have no result, more than the 50% that may fail: those that start with item 4, 5, 6, 7, 8, 9\nhint: "},
		"all of a thousand":       {1000, 1, func(int) bool { return true }, nil, 5, "1000 of 1000 children have no result, more than the 5% that may fail: those that start with item 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 990 more\nhint: "},
		"another than failed":     {10, 1, func(c int) bool { return c == 3 }, []int{4}, 10, "1 of 10 children have no result, although they did not fail: those that start with item 3\nhint: "},
		"one more than failed":    {10, 1, func(c int) bool { return c == 3 || c == 7 }, []int{3}, 20, "1 of 10 children have no result, although they did not fail: those that start with item 7\nhint: "},
		"nobody failed":           {10, 1, func(int) bool { return true }, nil, 100, "10 of 10 children have no result, although they did not fail"},
		"a batch that failed":     {3, 4, func(c int) bool { return c == 1 }, []int{4}, 40, ""},
		"batches count, no items": {3, 4, func(c int) bool { return c == 1 }, []int{4}, 30, "1 of 3 children have no result, more than the 30% that may fail: those that start with item 4\n"},
		"another batch":           {3, 4, func(c int) bool { return c == 2 }, []int{4}, 40, "although they did not fail: those that start with item 8"},
		"out of range":            {3, 1, func(c int) bool { return c == 2 }, []int{-1, 3, 2}, 40, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			var want strings.Builder
			count := c.children * c.size
			for child := range c.children {
				if c.missing(child) {
					continue
				}
				for n := range c.size {
					fmt.Fprint(&want, "<", child*c.size+n, ">")
				}
				values := make([]string, c.size)
				for n := range values {
					values[n] = fmt.Sprintf(`"<%d>"`, child*c.size+n)
				}
				m.lines("text", envelope.Child("", child*c.size), values)
			}
			r := envelope.Request{Step: "join", From: "text", Count: &count, BatchSize: c.size, Tolerate: c.tolerate, State: m.results(c.failed...)}
			_, failure := call(m, join, r)
			switch {
			case c.want == "" && failure != nil:
				t.Errorf("failure %+v", failure)
			case c.want != "" && (failure == nil || failure.Type != "Lokki.MissingValue" || !strings.Contains(failure.Message, c.want)):
				t.Errorf("got  %+v\nwant %s", failure, c.want)
			case c.want == "":
				if got := decodeString(t, m.values("join", "")[0]); got != want.String() {
					t.Errorf("joined %q, want %q", got, want.String())
				}
			}
		})
	}
}

// TestResultsInTheState is for emulators that have no ResultWriter: they don't say
// which children failed, and only the number of missing results is checked.
func TestResultsInTheState(t *testing.T) {
	m := newMachine(t)
	m.lines("text", "1/", []string{`"<1>"`})
	count := 2
	r := envelope.Request{Step: "join", From: "text", Count: &count, Tolerate: 50, State: []byte(`{"count":2,"results":[{"run":"r","path":"1/"}]}`)}
	if _, failure := call(m, join, r); failure != nil {
		t.Errorf("failure %+v", failure)
	}
	r.Step, r.Tolerate = "join-again", 49
	if _, failure := call(m, join, r); failure == nil || failure.Type != "Lokki.MissingValue" {
		t.Errorf("got %+v, want that too many are missing", failure)
	}
}

// refusing is a store that can't read some keys.
type refusing struct {
	store.Store
	part string // of the key
	err  error
}

func (s refusing) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if strings.Contains(key, s.part) {
		return nil, s.err
	}
	return s.Store.Get(ctx, key, off, n)
}

// TestWhatCantBeReadIsNotTakenForFailed has storage refuse existing values, and
// Step Functions' results be malformed.
func TestWhatCantBeReadIsNotTakenForFailed(t *testing.T) {
	count := 3
	for name, c := range map[string]struct {
		part  string
		err   error
		state string // instead of the right one
		files map[string]string
		kind  string
		want  string
	}{
		"a result":       {part: "/text/1/", err: errors.New("on fire"), kind: "Lokki.Storage", want: "collecting the results of text: item 1: "},
		"the manifest":   {part: "manifest", err: errors.New("on fire"), kind: "Lokki.Storage", want: "reading which children failed: on fire"},
		"no manifest":    {part: "manifest", err: store.ErrNotFound, kind: "Lokki.MissingValue", want: "reading which children failed"},
		"no file":        {part: "FAILED_0", err: store.ErrNotFound, kind: "Lokki.MissingValue", want: "reading which children failed"},
		"no place":       {state: `{"count":3}`, kind: "Lokki.InvalidRequest", want: "does not say where the map's results are"},
		"a cut file":     {files: map[string]string{"results/FAILED_0.json": `[{"Input":"{}`}, kind: "Lokki.Storage", want: "results/FAILED_0.json: unexpected EOF"},
		"another's file": {files: map[string]string{"results/FAILED_0.json": `[{"Name":"x","Input":"{}"}]`}, kind: "Lokki.Storage", want: "the input of child x names no batch"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.lines("text", "1/", []string{`"<1>"`})
			m.lines("text", "2/", []string{`"<2>"`})
			r := envelope.Request{Flow: "test-flow", Run: testRun, Step: "join", From: "text", Count: &count, Tolerate: 100, State: m.results(0)}
			if c.state != "" {
				r.State = []byte(c.state)
			}
			for key, text := range c.files {
				m.store = store.NewMemory()
				m.lines("text", "1/", []string{`"<1>"`})
				m.lines("text", "2/", []string{`"<2>"`})
				m.put("results/manifest.json", `{"ResultFiles":{"FAILED":[{"Key":"results/FAILED_0.json"}]}}`)
				m.put(key, text)
			}
			s := store.Store(m.store)
			if c.part != "" {
				s = refusing{m.store, c.part, c.err}
			}
			payload, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			h := newHandler(step.Of(join), newLogs(io.Discard), m.place(s))
			defer h.caller.Close()
			if _, failure := invoke(t, t.Context(), h, payload); failure == nil || failure.Type != c.kind || !strings.Contains(failure.Message, c.want) {
				t.Errorf("got  %+v\nwant %s, %s", failure, c.kind, c.want)
			}
		})
	}
}

// lines stores what a child passed on.
func (m *machine) lines(step, path string, values []string) {
	m.t.Helper()
	keys := envelope.Keys{Prefix: "lokki", Flow: "test-flow", Run: testRun}
	lines := make([][]byte, len(values))
	for n, v := range values {
		lines[n] = []byte(v)
	}
	if err := fanout.WriteLines(m.t.Context(), m.store, keys.Output(step, path), lines); err != nil {
		m.t.Fatal(err)
	}
}
