package asl_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/tools/asl"
)

// walker runs a state machine as far as the tests need: it resolves paths and
// payloads, reads what ItemReader would read, and counts the children that
// fail. Every payload must decode strictly.
//
// Unless invoke and items are set, it answers for the Lambdas itself, in the
// format of package envelope: they store nothing but the batches.
type walker struct {
	t         *testing.T
	sizes     func(step, path string) int // length of a list that a map takes next
	execution string                      // name of the execution, "run-1" by default
	invoke    func(function string, r envelope.Request) (envelope.Reply, error)
	items     func(key string) ([]any, error)
	put       func(key string, data []byte) // by the ResultWriters, which write nothing if it is nil

	written string           // the manifest of the last map
	objects map[string][]any // items.json by key
	calls   []envelope.Request
	writers []string       // prefixes of the ResultWriters
	steps   int            // states entered and children started by Standard workflows
	express int            // children that are Express workflows
	largest map[string]int // bytes of a state's input, payload or output, by its name
}

const prefix, stack = "lokki", "5f2c8a10-9d3b-11f0-8de9-0242ac120002"

// run is the id of the walker's run, unless its execution has another name.
var run = runOf("run-1")

// runOf is the id of the run of the walker's execution.
func runOf(name string) string {
	sum := sha256.Sum256([]byte(executionOf(name)["Id"].(string) + " " + executionOf(name)["StartTime"].(string)))
	return envelope.Execution{Name: name, Hash: hex.EncodeToString(sum[:]), Stack: stack}.Run()
}

// executionOf is the context object's description of an execution.
func executionOf(name string) map[string]any {
	return map[string]any{
		"Name": name, "Id": "arn:aws:states:eu-west-1:123456789012:execution:birds:" + name, "StartTime": "2026-11-27T11:48:40.123Z",
	}
}

// walk runs the definition with an execution's input and returns the last output.
func (w *walker) walk(definition []byte, input any) any {
	w.t.Helper()
	value, err := w.try(definition, input)
	if err != nil {
		w.t.Fatal(err)
	}
	return value
}

// try is walk for a run that may fail.
func (w *walker) try(definition []byte, input any) (any, error) {
	w.t.Helper()
	w.objects, w.largest = map[string][]any{}, map[string]int{}
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
	text := strings.NewReplacer("${"+asl.Prefix+"}", prefix, "${"+asl.Bucket+"}", "bucket", "${"+asl.Stack+"}", stack).Replace(string(definition))
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		w.t.Fatal(err)
	}
	return w.scope(m, input, cmp.Or(w.execution, "run-1"), false)
}

// pass records the size of what passes into or out of a state.
func (w *walker) pass(state string, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		w.t.Fatal(err)
	}
	w.largest[state] = max(w.largest[state], len(data))
}

func (w *walker) scope(m map[string]any, value any, execution string, express bool) (any, error) {
	states := m["States"].(map[string]any)
	for name, n := m["StartAt"].(string), 0; ; n++ {
		state, ok := states[name].(map[string]any)
		if !ok || n > len(states) {
			w.t.Fatalf("no way out of state %q", name)
		}
		context := map[string]any{
			"Execution": executionOf(execution),
			"State":     map[string]any{"RetryCount": 0.0},
		}
		w.pass(name, value)
		if !express {
			w.steps++
		}
		switch state["Type"] {
		case "Choice":
			rule := state["Choices"].([]any)[0].(map[string]any)
			next := state["Default"].(string)
			if w.resolve(rule["Variable"].(string), value, context) == rule["NumericEquals"] {
				next = rule["Next"].(string)
			}
			name = next
			continue
		case "Map":
			if err := w.children(name, state, value, context); err != nil {
				return nil, err
			}
			value = w.results(name, state, value)
		case "Task":
			var err error
			if value, err = w.task(name, state["Parameters"].(map[string]any), value, context); err != nil {
				return nil, err
			}
		}
		w.pass(name, value)
		if state["End"] == true {
			return value, nil
		}
		name = state["Next"].(string)
	}
}

// children runs a map. It fails if more children fail than it tolerates
// (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold).
func (w *walker) children(name string, state map[string]any, value any, context map[string]any) error {
	reader := w.template(state["ItemReader"].(map[string]any)["Parameters"], value, context).(map[string]any)
	items, err := w.items(reader["Key"].(string))
	if err != nil || reader["Bucket"] != "bucket" {
		w.t.Fatalf("%s reads %v: %v", name, reader, err)
	}
	writer := w.template(state["ResultWriter"].(map[string]any)["Parameters"], value, context).(map[string]any)
	w.writers = append(w.writers, writer["Prefix"].(string))
	processor := state["ItemProcessor"].(map[string]any)
	express := processor["ProcessorConfig"].(map[string]any)["ExecutionType"] == "EXPRESS"
	var failed []any
	defer func() { w.written = w.write(writer["Prefix"].(string), failed) }()
	for i, item := range items {
		context["Map"] = map[string]any{"Item": map[string]any{"Index": float64(i), "Value": item}}
		input := w.template(state["ItemSelector"], value, context)
		w.pass(name, input)
		w.steps++
		if express {
			w.express++
		}
		if _, err = w.scope(processor, input, fmt.Sprint("child-", i), express); err == nil {
			continue
		}
		failed = append(failed, map[string]any{"Input": string(w.json(input)), "Status": "FAILED"})
		tolerated, _ := state["ToleratedFailurePercentage"].(float64)
		if float64(len(failed))*100 > tolerated*float64(len(items)) {
			return fmt.Errorf("%s: States.ExceedToleratedFailureThreshold: %w", name, err)
		}
	}
	return nil
}

// results puts the location of the list of failed children where the map says.
func (w *walker) results(name string, state map[string]any, value any) any {
	switch path, ok := state["ResultPath"]; {
	case !ok, path != nil && path != "$.results", path != nil && state["ToleratedFailurePercentage"] == nil:
		w.t.Fatalf("%s: ResultPath %v", name, path)
	case path != nil:
		all := maps.Clone(value.(map[string]any))
		all["results"] = map[string]any{"ResultWriterDetails": map[string]any{"Key": w.written}}
		return all
	}
	return value
}

// write writes as a ResultWriter does, if a child failed, and returns the
// manifest's key.
func (w *walker) write(prefix string, failed []any) string {
	if w.put != nil && len(failed) > 0 {
		file := prefix + "/id/FAILED_0.json"
		w.put(file, w.json(failed))
		w.put(prefix+"/id/manifest.json", w.json(map[string]any{"ResultFiles": map[string]any{"FAILED": []any{map[string]any{"Key": file}}}}))
	}
	return prefix + "/id/manifest.json"
}

func (w *walker) json(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// task invokes a Lambda.
func (w *walker) task(name string, parameters map[string]any, value any, context map[string]any) (any, error) {
	sent := w.template(parameters["Payload"], value, context)
	w.pass(name, sent)
	payload, err := json.Marshal(sent)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := envelope.Decode(payload)
	if err != nil {
		w.t.Fatalf("payload %s: %v", payload, err)
	}
	if r.Step != name {
		w.t.Errorf("state %s calls step %s", name, r.Step)
	}
	w.calls = append(w.calls, r)
	reply, err := w.invoke(parameters["FunctionName"].(string), r)
	if err != nil {
		return nil, err
	}
	return plain(w.t, reply), nil
}

// answer is a Lambda that stores nothing but the batches.
func (w *walker) answer(_ string, r envelope.Request) (envelope.Reply, error) {
	reply := envelope.Reply{Run: r.Run, Path: r.Path}
	if r.Split > 0 {
		n := w.sizes(r.Step, r.Path)
		reply.Count = &n
		reply.Items = envelope.Keys{Prefix: prefix, Flow: r.Flow, Run: r.Run}.Batches(r.Step, r.Path)
		batches := []any{}
		for i := 0; i < n; i += r.Split {
			batches = append(batches, plain(w.t, envelope.Batch{Index: i, Count: min(r.Split, n-i), Length: 1}))
		}
		w.objects[reply.Items] = batches
	}
	return reply, nil
}

// template resolves the fields that end in ".$".
func (w *walker) template(v, value any, context map[string]any) any {
	fields, ok := v.(map[string]any)
	if !ok {
		return v
	}
	resolved := map[string]any{}
	for name, field := range fields {
		if plain, ok := strings.CutSuffix(name, ".$"); ok {
			resolved[plain] = w.resolve(field.(string), value, context)
		} else {
			resolved[name] = w.template(field, value, context)
		}
	}
	return resolved
}

func (w *walker) resolve(path string, value any, context map[string]any) any {
	if path == envelope.RunExpression(stack) { // package tools/rehearse/interpreter tests the functions themselves
		return runOf(context["Execution"].(map[string]any)["Name"].(string))
	}
	if args, ok := strings.CutPrefix(path, "States.Format('"); ok {
		format, rest, _ := strings.Cut(strings.TrimSuffix(args, ")"), "'")
		for arg := range strings.SplitSeq(strings.TrimPrefix(rest, ", "), ", ") {
			v := w.resolve(arg, value, context)
			if n, ok := v.(float64); ok {
				v = strconv.FormatFloat(n, 'f', -1, 64) // not 1e+07
			}
			format = strings.Replace(format, "{}", fmt.Sprint(v), 1)
		}
		return format
	}
	var at any = value
	rest, ok := strings.CutPrefix(path, "$$")
	if ok {
		at = context
	} else if rest, ok = strings.CutPrefix(path, "$"); !ok {
		w.t.Fatalf("%q is not a path", path)
	}
	if rest == "" {
		return at
	}
	for name := range strings.SplitSeq(rest[1:], ".") {
		object, _ := at.(map[string]any)
		if at, ok = object[name]; !ok {
			w.t.Fatalf("%s: no %q in %v", path, name, object)
		}
	}
	return at
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
