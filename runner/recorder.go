package runner

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Call is one attempt of a step on one value, as passed to [Options.OnCall].
type Call struct {
	Step          string          // as in "flap-bird"
	Index         []int           // of the item in each map around the step, outermost first
	Attempt       int             // 1 is the first
	Input, Output json.RawMessage // the argument and the result; there is no result with an error
	Err           error
	Again         bool // it failed, and will be retried
	Start, End    time.Time
}

// Recorder collects calls for tests to examine. The zero value is ready to use:
//
//	var calls runner.Recorder
//	result, err := runner.Run(ctx, BirdsFlow(), runner.Options{OnCall: calls.Record})
type Recorder struct {
	mu    sync.Mutex
	calls []Call
}

// Record adds a call; it is an [Options.OnCall].
func (r *Recorder) Record(c Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
}

// Calls returns the calls of a step in the order of their items, and for each item
// in the order of its attempts.
func (r *Recorder) Calls(step string) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var calls []Call
	for _, c := range r.calls {
		if c.Step == step {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b Call) int {
		return cmp.Or(slices.Compare(a.Index, b.Index), cmp.Compare(a.Attempt, b.Attempt))
	})
	return calls
}
