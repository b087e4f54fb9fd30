package asl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/tools/asl"
)

// walker runs a state machine as far as the tests need it: it resolves paths
// and payloads, reads what ItemReader would read, and answers for the Lambdas as
// package envelope says. Every payload has to decode strictly.
type walker struct {
	t       *testing.T
	sizes   func(step, path string) int // length of a list that is mapped next
	objects map[string][]any            // items.json by key
	calls   []envelope.Request
	results []string // prefixes of the ResultWriters
}

const prefix, run = "lokki", "run-1"

// walk runs the definition with an execution's input and returns the last output.
func (w *walker) walk(definition []byte, input any) any {
	w.objects = map[string][]any{}
	text := strings.NewReplacer("${"+asl.Prefix+"}", prefix, "${"+asl.Bucket+"}", "bucket").Replace(string(definition))
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		w.t.Fatal(err)
	}
	return w.scope(m, input, run)
}

func (w *walker) scope(m map[string]any, value any, execution string) any {
	states := m["States"].(map[string]any)
	for name, n := m["StartAt"].(string), 0; ; n++ {
		state, ok := states[name].(map[string]any)
		if !ok || n > len(states) {
			w.t.Fatalf("no way out of state %q", name)
		}
		context := map[string]any{
			"Execution": map[string]any{"Name": execution},
			"State":     map[string]any{"RetryCount": 0.0},
		}
		switch state["Type"] {
		case "Choice":
			rule := state["Choices"].([]any)[0].(map[string]any)
			name = state["Default"].(string)
			if w.resolve(rule["Variable"].(string), value, context) == rule["NumericEquals"] {
				name = rule["Next"].(string)
			}
			continue
		case "Map":
			w.children(state, value, context)
			if path, ok := state["ResultPath"]; !ok || path != nil {
				w.t.Fatalf("%s: ResultPath %v", name, path)
			}
		case "Task":
			value = w.invoke(state["Parameters"].(map[string]any), value, context)
		}
		if state["End"] == true {
			return value
		}
		name = state["Next"].(string)
	}
}

func (w *walker) children(state map[string]any, value any, context map[string]any) {
	reader := w.template(state["ItemReader"].(map[string]any)["Parameters"], value, context).(map[string]any)
	items, ok := w.objects[reader["Key"].(string)]
	if !ok || reader["Bucket"] != "bucket" {
		w.t.Fatalf("no items at %v", reader)
	}
	writer := w.template(state["ResultWriter"].(map[string]any)["Parameters"], value, context).(map[string]any)
	w.results = append(w.results, writer["Prefix"].(string))
	for i, item := range items {
		context["Map"] = map[string]any{"Item": map[string]any{"Index": float64(i), "Value": item}}
		input := w.template(state["ItemSelector"], value, context)
		w.scope(state["ItemProcessor"].(map[string]any), input, fmt.Sprint("child-", i))
	}
}

// invoke is a Lambda that stores nothing but the batches.
func (w *walker) invoke(parameters map[string]any, value any, context map[string]any) any {
	payload, err := json.Marshal(w.template(parameters["Payload"], value, context))
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := envelope.Decode(payload)
	if err != nil {
		w.t.Fatalf("payload %s: %v", payload, err)
	}
	w.calls = append(w.calls, r)
	reply := envelope.Reply{Run: r.Run, Path: r.Path}
	if r.Split > 0 {
		n := w.sizes(r.Step, r.Path)
		reply.Count = &n
		reply.Items = envelope.Keys{Prefix: prefix, Flow: r.Flow, Run: r.Run}.Batches(r.Step, r.Path)
		batches := []any{}
		for i := range n {
			batches = append(batches, plain(w.t, envelope.Batch{Index: i, Count: 1, Length: 1}))
		}
		w.objects[reply.Items] = batches
	}
	return plain(w.t, reply)
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
	if args, ok := strings.CutPrefix(path, "States.Format('"); ok {
		format, rest, _ := strings.Cut(strings.TrimSuffix(args, ")"), "'")
		for arg := range strings.SplitSeq(strings.TrimPrefix(rest, ", "), ", ") {
			format = strings.Replace(format, "{}", fmt.Sprint(w.resolve(arg, value, context)), 1)
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

// plain is v as JSON has it.
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
