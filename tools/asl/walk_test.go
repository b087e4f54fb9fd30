package asl_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/tools/asl/asltest"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// walker runs a state machine with the rehearsal's interpreter, and counts what it
// does. It answers for the Lambdas itself, in the format of package envelope: they
// store nothing but the batches. Every payload must decode strictly, and maps run
// one child at a time.
type walker struct {
	t         *testing.T
	sizes     func(step, path string) int // length of a list that a map takes next
	execution string                      // name of the execution, "run-1" by default
	invoke    func(function string, r envelope.Request) (envelope.Reply, error)
	items     func(key string) ([]any, error)

	mu      sync.Mutex
	maps    map[string]mapState // by label
	objects map[string][]any    // items.json by key
	calls   []envelope.Request
	writers []string       // prefixes of the ResultWriters
	steps   int            // states entered and children started by Standard workflows
	express int            // children that are Express workflows
	largest map[string]int // bytes of a state's input, payload or output, by its name
}

type mapState struct {
	name    string
	express bool
}

// run is the id of the walker's run: its execution begins when synctest's clock does.
var run = runOf("run-1")

func runOf(name string) string {
	sum := sha256.Sum256([]byte("arn:aws:states:eu-west-1:123456789012:execution:birds:" + name + " 2000-01-01T00:00:00.000Z"))
	return envelope.Execution{Name: name, Hash: hex.EncodeToString(sum[:]), Stack: asltest.Stack}.Run()
}

// walk runs the definition with an execution's input.
func (w *walker) walk(definition []byte, input any) {
	w.t.Helper()
	w.maps, w.objects, w.largest = mapStates(w.t, definition), map[string][]any{}, map[string]int{}
	if w.invoke == nil {
		w.invoke = w.answer
	}
	if w.items == nil {
		w.items = func(key string) ([]any, error) {
			items, ok := w.objects[key]
			if !ok {
				return nil, fmt.Errorf("no items at %s", key)
			}
			return items, nil
		}
	}
	machine, err := asltest.Load(definition)
	if err != nil {
		w.t.Fatal(err)
	}
	data, err := json.Marshal(input)
	if err != nil {
		w.t.Fatal(err)
	}
	env := asltest.Env(cmp.Or(w.execution, "run-1"), data, w, w)
	env.History = w
	synctest.Test(w.t, func(t *testing.T) { _, err = machine.Execute(t.Context(), env) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// mapStates returns a definition's maps. Each drops its result, or keeps where the
// results are if it tolerates failures.
func mapStates(t *testing.T, definition []byte) map[string]mapState {
	t.Helper()
	maps := map[string]mapState{}
	for name, state := range everyState(t, definition) {
		switch state["Type"] {
		case "Map":
			path, given := state["ResultPath"]
			if !given || path != nil && (path != "$.results" || state["ToleratedFailurePercentage"] == nil) {
				t.Errorf("%s: ResultPath %v", name, path)
			}
			config := state["ItemProcessor"].(map[string]any)["ProcessorConfig"].(map[string]any)
			maps[state["Label"].(string)] = mapState{name, config["ExecutionType"] == "EXPRESS"}
		case "Task":
			if step := state["Parameters"].(map[string]any)["Payload"].(map[string]any)["step"]; step != name {
				t.Errorf("state %s calls step %s", name, step)
			}
		}
	}
	return maps
}

// Record counts what an event tells of.
func (w *walker) Record(execution string, e interpreter.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, label, child := strings.Cut(strings.TrimPrefix(execution, "arn:aws:states:eu-west-1:123456789012:execution:"), "/")
	label, _, _ = strings.Cut(label, ":")
	inside := w.maps[label] // none of the execution itself
	switch {
	case e.Type == "ExecutionStarted" && child:
		w.pass(inside.name, e.Details.Input)
		w.steps++
		if inside.express {
			w.express++
		}
	case strings.HasSuffix(e.Type, "StateEntered"):
		w.pass(e.Details.Name, e.Details.Input)
		if !inside.express {
			w.steps++
		}
	case strings.HasSuffix(e.Type, "StateExited"):
		w.pass(e.Details.Name, e.Details.Output)
	}
	return nil
}

// pass records the size of what passes into or out of a state.
func (w *walker) pass(state string, data []byte) {
	w.largest[state] = max(w.largest[state], len(data))
}

// Invoke calls a Lambda.
func (w *walker) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	r, err := envelope.Decode(payload)
	if err != nil {
		return nil, fmt.Errorf("payload %s: %w", payload, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pass(r.Step, payload)
	w.calls = append(w.calls, r)
	reply, err := w.invoke(function, r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(reply)
}

// Get reads items, as an ItemReader does.
func (w *walker) Get(_ context.Context, bucket, key string) (io.ReadCloser, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	items, err := w.items(key)
	if err != nil || bucket != asltest.Bucket {
		return nil, errors.Join(err, fmt.Errorf("reading %s from %s", key, bucket))
	}
	data, err := json.Marshal(items)
	return io.NopCloser(bytes.NewReader(data)), err
}

// Put takes the files of ResultWriters.
func (w *walker) Put(_ context.Context, _, key string, _ io.ReadSeeker) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if folder, ok := strings.CutSuffix(key, "/manifest.json"); ok {
		w.writers = append(w.writers, folder[:strings.LastIndexByte(folder, '/')])
	}
	return nil
}

// answer is a Lambda that stores nothing but the batches.
func (w *walker) answer(_ string, r envelope.Request) (envelope.Reply, error) {
	reply := envelope.Reply{Run: r.Run, Path: r.Path}
	if r.Split > 0 {
		n := w.sizes(r.Step, r.Path)
		reply.Count = &n
		reply.Items = envelope.Keys{Prefix: asltest.Prefix, Flow: r.Flow, Run: r.Run}.Batches(r.Step, r.Path)
		batches := []any{}
		for i := 0; i < n; i += r.Split {
			batches = append(batches, envelope.Batch{Index: i, Count: min(r.Split, n-i), Length: 1})
		}
		w.objects[reply.Items] = batches
	}
	return reply, nil
}

// plain converts v to what JSON decodes to.
func plain(t *testing.T, v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var p any
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p
}
