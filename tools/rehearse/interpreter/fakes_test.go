package interpreter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// reply is one rule of a function: what it does for a payload.
type reply struct {
	If     any    `json:"if"`     // the payload that it is for; any if nil
	Times  int    `json:"times"`  // how often it is used; 0 is no limit
	Return any    `json:"return"` // what it returns
	Echo   bool   `json:"echo"`   // it returns the payload
	Error  string `json:"error"`  // how it fails
	Cause  string `json:"cause"`
	Takes  int    `json:"takes"` // seconds
	Size   int    `json:"size"`  // it returns a string of that length
	Text   string `json:"text"`  // it returns that text, JSON or not
	Break  string `json:"break"` // the call itself fails
}

// scripted is a Lambda that follows rules. It records its calls.
type scripted struct {
	mu    sync.Mutex
	rules map[string][]*reply
	calls []string
}

func (s *scripted) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	r := s.find(function, payload)
	if r == nil {
		return nil, &interpreter.Failure{Name: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + function}
	}
	if r.Takes > 0 {
		select {
		case <-time.After(time.Duration(r.Takes) * time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	switch {
	case r.Break != "":
		return nil, fmt.Errorf("%s", r.Break)
	case r.Error != "":
		return nil, &interpreter.Failure{Name: r.Error, Cause: r.Cause}
	case r.Echo:
		return payload, nil
	case r.Size > 0:
		return []byte(`"` + strings.Repeat("x", r.Size-2) + `"`), nil
	case r.Text != "":
		return []byte(r.Text), nil
	}
	return json.Marshal(r.Return)
}

func (s *scripted) find(function string, payload []byte) *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf("%s %s", function, payload))
	var value any
	if err := json.Unmarshal(payload, &value); err != nil {
		panic(err)
	}
	list := s.rules[function[strings.LastIndexByte(function, ':')+1:]]
	for i, r := range list {
		if r.If != nil && !reflect.DeepEqual(r.If, value) {
			continue
		}
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				s.rules[function[strings.LastIndexByte(function, ':')+1:]] = slices.Delete(slices.Clone(list), i, i+1)
			}
		}
		return r
	}
	return nil
}

// bucket holds objects by "bucket/key".
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	deny    string // a call fails if its name and key contain this
}

func (b *bucket) Get(_ context.Context, name, key string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.objects[name+"/"+key]
	if b.deny != "" && strings.Contains("get "+name+"/"+key, b.deny) {
		return nil, fmt.Errorf("AccessDenied")
	}
	if !ok {
		return nil, fmt.Errorf("NoSuchKey")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (b *bucket) Put(_ context.Context, name, key string, body io.ReadSeeker) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deny != "" && strings.Contains("put "+name+"/"+key, b.deny) {
		return fmt.Errorf("AccessDenied")
	}
	b.objects[name+"/"+key] = data
	return nil
}

// histories keeps events by execution, as JSON.
type histories struct {
	mu     sync.Mutex
	events map[string][][]byte
}

func (h *histories) Record(execution string, e interpreter.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events[execution] = append(h.events[execution], text)
	return nil
}

func (h *histories) Past(execution string) ([]interpreter.Event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []interpreter.Event
	for _, text := range h.events[execution] {
		var e interpreter.Event
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// ordered returns a history in an order that doesn't depend on the scheduler: of
// the events of one moment, those of a branch come one after another, and branches
// are sorted by the names of their first states. It numbers them anew.
func ordered(history [][]byte) []map[string]any {
	var events, list []map[string]any
	branches, redrives := false, 0
	for _, text := range history {
		var e map[string]any
		if err := json.Unmarshal(text, &e); err != nil {
			panic(err)
		}
		if e["type"] == "ExecutionRedriven" {
			redrives++
		}
		e["moment"] = fmt.Sprint(e["timestamp"], redrives)
		events = append(events, e)
		branches = branches || e["type"] == "ParallelStateStarted"
	}
	if !branches || len(events) > 1000 { // a long one is only counted
		return events
	}
	number := map[any]int{0.0: 0}
	begins := func(e map[string]any) string { // what tells apart the beginnings of branches
		switch kind := e["type"].(string); {
		case strings.HasSuffix(kind, "StateEntered"):
			return e["stateEnteredEventDetails"].(map[string]any)["name"].(string)
		case kind == "MapIterationStarted":
			return fmt.Sprint(e["mapIterationStartedEventDetails"].(map[string]any)["index"])
		}
		return ""
	}
	for len(events) > 0 {
		best := -1
		for i, e := range events {
			previous, ready := number[e["previousEventId"]]
			if e["moment"] != events[0]["moment"] || !ready {
				continue
			}
			if best < 0 {
				best = i
				continue
			}
			other := number[events[best]["previousEventId"]]
			if previous > other || previous == other && begins(e) < begins(events[best]) && begins(e) != "" {
				best = i
			}
		}
		e := events[best]
		events = slices.Delete(events, best, best+1)
		list = append(list, e)
		number[e["id"]] = len(list)
		e["id"], e["previousEventId"] = len(list), number[e["previousEventId"]]
	}
	return list
}

// show prints a history: each event's number, the previous one's number, the
// seconds since the start, type and details.
func (h *histories) show(execution string) string {
	var b strings.Builder
	var start float64
	for i, e := range ordered(h.events[execution]) {
		at := e["timestamp"].(float64)
		if i == 0 {
			start = at
		}
		fmt.Fprintf(&b, "%v<%v", e["id"], e["previousEventId"])
		if since := at - start; since > 0.0005 {
			fmt.Fprintf(&b, " +%.6gs", since)
		}
		fmt.Fprintf(&b, " %s", e["type"])
		for _, name := range slices.Sorted(maps.Keys(e)) {
			if strings.HasSuffix(name, "EventDetails") {
				details := e[name].(map[string]any)
				delete(details, "inputDetails")
				delete(details, "outputDetails")
				if e["type"] == "TaskSucceeded" {
					details["output"] = payload(details["output"].(string))
				}
				var text bytes.Buffer
				encoder := json.NewEncoder(&text)
				encoder.SetEscapeHTML(false)
				if err := encoder.Encode(details); err != nil {
					panic(err)
				}
				fmt.Fprintf(&b, " %s", bytes.TrimSpace(text.Bytes()))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// payload leaves out the rest of a response of lambda:invoke.
func payload(output string) string {
	var response struct{ Payload json.RawMessage }
	if err := json.Unmarshal([]byte(output), &response); err != nil {
		panic(err)
	}
	return "… " + string(response.Payload)
}

// children prints the histories of all executions but the top one, in the order
// of their inputs.
func (h *histories) children(top string) string {
	var list []string
	for execution := range h.events {
		if execution != top {
			name := strings.TrimPrefix(execution, "arn:aws:states:eu-west-1:123456789012:execution:")
			list = append(list, h.show(execution)+"-> "+name+"\n")
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}
