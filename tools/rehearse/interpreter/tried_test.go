package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// TestTriesAreTold maps over a function's payloads and checks what is reported of
// each attempt, and where a failure came from.
func TestTriesAreTold(t *testing.T) {
	const function = "arn:aws:lambda:us-east-1:123456789012:function:fly"
	definition := func(kind string) string {
		return `{"StartAt": "Map", "States": {"Map": {"Type": "Map", "Label": "map", "MaxConcurrency": 2, "End": true, "ItemProcessor": {
			"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "` + kind + `"}, "StartAt": "Fly", "States": {"Fly": {"Type": "Task", "End": true,
			"Resource": "` + function + `", "Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 30, "MaxAttempts": 1}]}}}}}}`
	}
	for name, c := range map[string]struct {
		kind  string
		input string
		rules []*reply
		want  []string
		inner string // the failure at the end of the chain
	}{
		"done":         {"STANDARD", `[1]`, []*reply{{Echo: true}}, []string{"1: done 1"}, ""},
		"a retry":      {"STANDARD", `[1]`, []*reply{{Error: "Again", Times: 1}, {Echo: true}}, []string{"1: Again, again", "1: done 1"}, ""},
		"two failures": {"STANDARD", `[1]`, []*reply{{Error: "Again"}}, []string{"1: Again", "1: Again, again"}, "Fly 1 Again"},
		"a sibling that runs": {"STANDARD", `[1, 2]`, []*reply{{If: 1.0, Takes: 1, Error: "Bad"}, {Takes: 9}},
			[]string{"1: Bad", "2: stopped"}, "Fly 1 Bad"},
		"a sibling that waits for its next try": {"EXPRESS", `[1, 2]`, []*reply{{If: 1.0, Takes: 1, Error: "Bad"}, {Error: "Again"}},
			[]string{"1: Bad", "2: Again, again", "2: stopped"}, "Fly 1 Bad"},
		"an Express child that takes too long": {"EXPRESS", `[1]`, []*reply{{Takes: 3600}}, []string{"1: States.Timeout"}, "Fly 1 States.Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			m := load(t, definition(c.kind))
			synctest.Test(t, func(t *testing.T) {
				env := environment()
				env.Input = []byte(c.input)
				env.Lambda = &scripted{rules: map[string][]*reply{"fly": c.rules}}
				env.Sleep = func(ctx context.Context, d time.Duration) error {
					select {
					case <-time.After(d):
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				var mu sync.Mutex
				var told []string
				env.Tried = func(try interpreter.Try) {
					text := fmt.Sprintf("%s: done %s", try.Payload, try.Reply)
					var f *interpreter.Failure
					switch {
					case errors.As(try.Err, &f):
						text = fmt.Sprintf("%s: %s", try.Payload, f.Name)
					case try.Err != nil:
						text = fmt.Sprintf("%s: stopped", try.Payload)
					}
					if try.Again {
						text += ", again"
					}
					mu.Lock()
					defer mu.Unlock()
					told = append(told, text)
				}
				_, err := m.Execute(t.Context(), env)
				slices.Sort(told)
				if !reflect.DeepEqual(told, c.want) {
					t.Errorf("told %q, want %q", told, c.want)
				}
				var f *interpreter.Failure
				if !errors.As(err, &f) {
					if c.inner != "" {
						t.Errorf("it ended with %v", err)
					}
					return
				}
				if f.State != "Map" || f.Map == nil || f.Map.Failed+f.Map.TimedOut != 1 || f.Child == nil {
					t.Fatalf("got %+v", f)
				}
				if got := fmt.Sprintf("%s %s %s", f.Child.State, f.Child.Payload, f.Child.Name); got != c.inner {
					t.Errorf("it came of %q, want %q", got, c.inner)
				}
			})
		})
	}
}
