package interpreter_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

func load(t *testing.T, definition string) *interpreter.Machine {
	t.Helper()
	m, err := interpreter.Load([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func environment() interpreter.Env {
	return interpreter.Env{Name: "run-1", Machine: machineARN, Input: []byte(`{}`), Lambda: echo{}, Objects: &bucket{objects: map[string][]byte{}}}
}

const pass = `{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`

func TestEnvironmentIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*interpreter.Env)
		want   string
	}{
		"no name":   {func(e *interpreter.Env) { e.Name = "" }, "has 0 characters"},
		"long name": {func(e *interpreter.Env) { e.Name = strings.Repeat("x", 81) }, "has 81 characters"},
		"bad name":  {func(e *interpreter.Env) { e.Name = "a b" }, "has a blank"},
		"machine":   {func(e *interpreter.Env) { e.Machine = "birds" }, "not the ARN of a state machine"},
		"no Lambda": {func(e *interpreter.Env) { e.Lambda = nil }, "no Lambda"},
		"input":     {func(e *interpreter.Env) { e.Input = []byte("{") }, "reading the execution's input"},
		"two":       {func(e *interpreter.Env) { e.Input = []byte("1 2") }, "more than one JSON value"},
		"large":     {func(e *interpreter.Env) { e.Input = []byte(`"` + strings.Repeat("x", 256<<10) + `"`) }, "at most 262144"},
		"children":  {func(e *interpreter.Env) { e.Children = -1 }, "-1 children"},
	} {
		env := environment()
		c.change(&env)
		var f *interpreter.Failure
		if _, err := load(t, pass).Execute(t.Context(), env); err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEventsAsJSON(t *testing.T) {
	n := 3
	for _, e := range []interpreter.Event{
		{Time: time.UnixMilli(1764000000123).UTC(), Type: "ExecutionStarted", ID: 1, Details: interpreter.Details{Input: []byte(`{"a":"<é>"}`), Role: "role"}},
		{Time: time.UnixMilli(5).UTC(), Type: "TaskScheduled", ID: 7, Previous: 6, Details: interpreter.Details{Parameters: []byte("{}"), Resource: "invoke", ResourceType: "lambda", Region: "r", Timeout: 3, Heartbeat: 2}},
		{Time: time.UnixMilli(0).UTC(), Type: "MapStateStarted", ID: 8, Previous: 7, Details: interpreter.Details{Length: &n}},
		{Time: time.UnixMilli(0).UTC(), Type: "MapRunRedriven", ID: 8, Previous: 7, Details: interpreter.Details{MapRun: "arn", Redrives: 2}},
		{Time: time.UnixMilli(1999).UTC(), Type: "MapRunSucceeded", ID: 9, Previous: 8},
	} {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var again interpreter.Event
		if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(e, again) {
			t.Errorf("%s\nis read as %+v, %v\nwant %+v", text, again, err, e)
		}
	}
	text, err := json.Marshal(interpreter.Event{Time: time.UnixMilli(1764000000123), Type: "TaskStateEntered", ID: 2, Details: interpreter.Details{Name: "A", Input: []byte(`"x"`)}})
	want := `{"timestamp":1764000000.123,"type":"TaskStateEntered","id":2,"previousEventId":0,"stateEnteredEventDetails":{"name":"A","input":"\"x\"","inputDetails":{"truncated":false}}}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
}

// counting keeps the last event and the number of events.
type counting struct {
	mu    sync.Mutex
	last  interpreter.Event
	count int
}

func (c *counting) Record(_ string, e interpreter.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = e
	c.count++
	return nil
}

func TestLastEventOfALongExecution(t *testing.T) {
	m := load(t, `{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"},
		"B": {"Type": "Choice", "Choices": [{"Variable": "$.stop", "IsPresent": true, "Next": "C"}], "Default": "A"}, "C": {"Type": "Succeed"}}}`)
	env, events := environment(), &counting{}
	env.History = events
	if _, err := m.Execute(t.Context(), env); err == nil {
		t.Fatal("it ended")
	}
	if events.count != 25_000 || events.last.ID != 25_000 || events.last.Type != "ExecutionFailed" {
		t.Errorf("%d events, the last %+v", events.count, events.last)
	}
}

func TestErrorsOfTheHistoryEndTheExecution(t *testing.T) {
	env := environment()
	env.History = full{}
	if _, err := load(t, pass).Execute(t.Context(), env); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Error(err)
	}
}

type full struct{}

func (full) Record(_ string, e interpreter.Event) error {
	if e.ID == 3 {
		return errors.New("no space left")
	}
	return nil
}

// slow responds after a while, and records how many calls are under way at
// once.
type slow struct {
	now, most atomic.Int64
	takes     time.Duration
}

func (s *slow) Invoke(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	n := s.now.Add(1)
	defer s.now.Add(-1)
	for most := s.most.Load(); n > most && !s.most.CompareAndSwap(most, n); most = s.most.Load() {
		continue
	}
	select {
	case <-time.After(s.takes):
		return payload, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const distributed = `{"StartAt": "A", "States": {"A": {"Type": "Map", "Label": "flap", "End": true, "MaxConcurrency": %d,
	"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {
		"B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "flap", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": true}}}}}}`

func numbers(n int) []byte {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	text, _ := json.Marshal(list)
	return text
}

func TestConcurrency(t *testing.T) {
	for _, c := range []struct{ of, children, want int }{{7, 0, 7}, {0, 5, 5}, {9, 4, 4}, {0, 0, 40}} {
		synctest.Test(t, func(t *testing.T) {
			env, s := environment(), &slow{takes: time.Second}
			env.Input, env.Lambda, env.Children = numbers(40), s, c.children
			output, err := load(t, fmt.Sprintf(distributed, c.of)).Execute(t.Context(), env)
			if err != nil || !bytes.Equal(output, numbers(40)) {
				t.Errorf("%s, %v", output, err)
			}
			if got := int(s.most.Load()); got != c.want {
				t.Errorf("MaxConcurrency %d, Children %d: %d at once, want %d", c.of, c.children, got, c.want)
			}
		})
	}
}

// TestWaitingForASlotIsNoTaskTime has one slot for tasks that take 1 s and may
// take 2 s.
func TestWaitingForASlotIsNoTaskTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env, s := environment(), &slow{takes: time.Second}
		slots := make(chan struct{}, 1)
		env.Acquire = func(ctx context.Context) (func(), error) {
			select {
			case slots <- struct{}{}:
				return func() { <-slots }, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		env.Input, env.Lambda = numbers(5), s
		limited := strings.Replace(fmt.Sprintf(distributed, 5), `"Type": "Task",`, `"Type": "Task", "TimeoutSeconds": 2,`, 1)
		began := time.Now()
		output, err := load(t, limited).Execute(t.Context(), env)
		if err != nil || !bytes.Equal(output, numbers(5)) || s.most.Load() != 1 || time.Since(began) != 5*time.Second {
			t.Errorf("%s, %v, %d at once, after %s", output, err, s.most.Load(), time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		if _, err := load(t, limited).Execute(ctx, env); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// TestASleepThatTellsNoCause still ends by the machine's own limit.
func TestASleepThatTellsNoCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		env := environment()
		env.Sleep = func(ctx context.Context, _ time.Duration) error {
			<-ctx.Done()
			return ctx.Err()
		}
		m := load(t, `{"StartAt": "A", "TimeoutSeconds": 5, "States": {"A": {"Type": "Wait", "Seconds": 60, "End": true}}}`)
		var failure *interpreter.Failure
		if _, err := m.Execute(t.Context(), env); !errors.As(err, &failure) || failure.Name != "States.Timeout" {
			t.Errorf("got %v", err)
		}
	})
}

// TestOpenMapRuns starts more map runs than may be open: the outer map's, and
// one for each of its children.
func TestOpenMapRuns(t *testing.T) {
	m := load(t, `{"StartAt": "A", "States": {"A": {"Type": "Map", "Label": "outer", "ResultPath": null, "End": true, "ItemProcessor": {
		"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "B", "States": {"B": {"Type": "Map", "Label": "inner", "End": true,
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 60, "End": true}}}}}}}}}`)
	synctest.Test(t, func(t *testing.T) {
		env := environment()
		env.Input = []byte("[" + strings.Repeat("[1],", 1100) + "[1]]")
		var mu sync.Mutex
		open := map[string]bool{}
		most := 0
		env.MapRuns = func(r interpreter.MapRun) {
			mu.Lock()
			defer mu.Unlock()
			if r.Status == interpreter.Running {
				open[r.ARN] = true
			} else {
				delete(open, r.ARN)
			}
			most = max(most, len(open))
		}
		start := time.Now()
		if _, err := m.Execute(t.Context(), env); err != nil {
			t.Fatal(err)
		}
		if most != 1000 || len(open) != 0 {
			t.Errorf("%d map runs were open at once, and %d are", most, len(open))
		}
		if took := time.Since(start); took != 2*time.Minute {
			t.Errorf("it took %s: want 2 minutes, since 102 map runs had to wait", took)
		}
	})
}

func TestMapRunsAreReported(t *testing.T) {
	env := environment()
	env.Input = numbers(4)
	function := &scripted{rules: map[string][]*reply{"flap": {{If: 2.0, Error: "Bad"}, {Echo: true}}}}
	env.Lambda = function
	var seen []interpreter.MapRun
	env.MapRuns = func(r interpreter.MapRun) { seen = append(seen, r) }
	m := load(t, strings.Replace(fmt.Sprintf(distributed, 1), `"MaxConcurrency"`, `"ToleratedFailureCount": 1, "MaxConcurrency"`, 1))
	if _, err := m.Execute(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	for _, r := range seen {
		if sum := r.Pending + r.Running + r.Succeeded + r.Failed + r.TimedOut + r.Aborted; sum != 4 || r.Total != 4 {
			t.Errorf("counts that don't add up: %+v", r)
		}
	}
	first, last := seen[0], seen[len(seen)-1]
	if first.Status != interpreter.Running || first.Pending != 4 {
		t.Errorf("first: %+v", first)
	}
	if last.Status != interpreter.Succeeded || last.Succeeded != 3 || last.Failed != 1 || last.State != "A" || last.Execution != topARN {
		t.Errorf("last: %+v", last)
	}
}

func TestPackedItems(t *testing.T) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(`[1,`))
	w.Close()
	w.Reset(&gz) // a second member
	w.Write([]byte(`2]`))
	w.Close()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for key, data := range map[string][]byte{"items.json.gz": gz.Bytes(), "items.json.zst": encoder.EncodeAll([]byte(`[1,2]`), nil)} {
		m := load(t, strings.Replace(fmt.Sprintf(distributed, 1), `"MaxConcurrency"`,
			`"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key": "`+key+`"}}, "MaxConcurrency"`, 1))
		env := environment()
		env.Objects = &bucket{objects: map[string][]byte{"b/" + key: data}}
		if output, err := m.Execute(t.Context(), env); err != nil || string(output) != "[1,2]" {
			t.Errorf("%s: %s, %v", key, output, err)
		}
		env.Objects = &bucket{objects: map[string][]byte{"b/" + key: []byte("not packed")}}
		var f *interpreter.Failure
		if _, err := m.Execute(t.Context(), env); !errors.As(err, &f) || f.Name != "States.ItemReaderFailed" {
			t.Errorf("%s, not packed: %v", key, err)
		}
	}
}

// TestAbortAndRedrive aborts an execution half-way, and continues it.
func TestAbortAndRedrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := load(t, fmt.Sprintf(distributed, 2))
		env, history := environment(), &histories{events: map[string][][]byte{}}
		env.Input, env.History, env.Past, env.Lambda = numbers(6), history, history.Past, &slow{takes: time.Minute}
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		if _, err := m.Execute(ctx, env); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		events, err := history.Past(topARN)
		if err != nil || events[len(events)-1].Type != "ExecutionAborted" {
			t.Fatalf("%v, %v", events, err)
		}
		calls := &scripted{rules: map[string][]*reply{"flap": {{Echo: true}}}}
		env.Lambda = calls
		output, err := m.Redrive(t.Context(), env)
		if err != nil || !bytes.Equal(output, numbers(6)) {
			t.Fatalf("%s, %v", output, err)
		}
		slices.Sort(calls.calls)
		if want := []string{"flap 2", "flap 3", "flap 4", "flap 5"}; !slices.Equal(calls.calls, want) {
			t.Errorf("calls %q, want %q", calls.calls, want)
		}
	})
}

func TestRedriveNeedsAPast(t *testing.T) {
	env := environment()
	if _, err := load(t, pass).Redrive(t.Context(), env); err == nil || !strings.Contains(err.Error(), "no past") {
		t.Error(err)
	}
	env.Past = func(string) ([]interpreter.Event, error) { return nil, nil }
	if _, err := load(t, pass).Redrive(t.Context(), env); err == nil || !strings.Contains(err.Error(), "there is no execution run-1") {
		t.Error(err)
	}
	env.Past = func(string) ([]interpreter.Event, error) { return nil, errors.New("unreadable") }
	if _, err := load(t, pass).Redrive(t.Context(), env); err == nil || !strings.Contains(err.Error(), "unreadable") {
		t.Error(err)
	}
}

func TestSleepIsTheCallers(t *testing.T) {
	var slept []time.Duration
	env := environment()
	env.Sleep = func(_ context.Context, d time.Duration) error {
		slept = append(slept, d)
		return nil
	}
	env.Lambda = &scripted{rules: map[string][]*reply{"flap": {{Times: 1, Error: "Busy"}, {Echo: true}}}}
	m := load(t, `{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "Next": "B"}, "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
		"Parameters": {"FunctionName": "flap"}, "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "End": true}}}`)
	if _, err := m.Execute(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{time.Hour, time.Minute}; !slices.Equal(slept, want) {
		t.Errorf("slept %v, want %v", slept, want)
	}
}

// TestFailureOfABranch tells the state and the payload in the branch.
func TestFailureOfABranch(t *testing.T) {
	m := load(t, `{"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 60, "End": true}}},
		{"StartAt": "Fly", "States": {"Fly": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:fly", "End": true}}}]}}}`)
	synctest.Test(t, func(t *testing.T) {
		env := environment()
		env.Input = []byte("7")
		env.Lambda = &scripted{rules: map[string][]*reply{"fly": {{Takes: 1, Error: "Bad"}}}}
		_, err := m.Execute(t.Context(), env)
		var f *interpreter.Failure
		if !errors.As(err, &f) || f.Name != "Bad" || f.State != "Fly" || string(f.Payload) != "7" {
			t.Errorf("got %+v, want Bad of Fly", f)
		}
	})
}

// TestWideMap checks a map whose results don't fit into memory's share.
func TestWideMap(t *testing.T) {
	const n = 5000
	objects := wideMap(t, n, drop{})
	for name, data := range objects {
		if !strings.HasSuffix(name, "/SUCCEEDED_0.json") {
			continue
		}
		var list []struct{ Name, Output, Status string }
		if err := json.Unmarshal(data, &list); err != nil || len(list) != n {
			t.Fatalf("%d results, %v", len(list), err)
		}
		paths := map[string]bool{}
		for _, r := range list {
			var output struct{ Path string }
			if err := json.Unmarshal([]byte(r.Output), &output); err != nil || r.Status != interpreter.Succeeded {
				t.Fatalf("%+v, %v", r, err)
			}
			paths[output.Path] = true
		}
		if len(paths) != n || !paths["4999/"] {
			t.Errorf("%d different paths", len(paths))
		}
		return
	}
	t.Error("no results")
}
