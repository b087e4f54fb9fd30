package asl_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/cost"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// TestThrottled runs maps that are wider than the account. A queue would take
// the work divided by the slots; the pauses of throttled calls must not add
// much to that, nor end before there was time for all.
func TestThrottled(t *testing.T) {
	for name, c := range map[string]struct {
		items, slots int
		takes        time.Duration
		options      flowtest.Options
	}{
		"a new account":              {150, 10, 15 * time.Second, flowtest.Options{}},
		"more than an hour of work":  {150, 2, time.Minute, flowtest.Options{}},
		"long steps":                 {40, 10, 15 * time.Minute, flowtest.Options{}},
		"quick steps":                {150, 10, 2 * time.Second, flowtest.Options{}},
		"Express, within 5 minutes":  {100, 10, 15 * time.Second, flowtest.Options{Express: true}},
		"beside a rule for anything": {150, 10, 15 * time.Second, flowtest.Options{Retry: []graph.Retry{{Errors: []string{"States.ALL"}, Interval: 1, Rate: 1, Attempts: 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &account{slots: c.slots, takes: c.takes}
			took, err := a.execute(t, c.items, c.options)
			if err != nil {
				t.Fatalf("after %s: %v", took, err)
			}
			queue := a.worked / time.Duration(c.slots)
			t.Logf("%d items of %s on %d Lambdas: %s, a queue takes %s; %.1f retries an item",
				c.items, c.takes, c.slots, took.Round(time.Second), queue, float64(a.refused)/float64(c.items))
			if a.refused == 0 {
				t.Error("nothing was throttled")
			}
			if limit := queue*3/2 + 10*time.Second; took > limit {
				t.Errorf("it took %s, want %s at most: a queue takes %s", took, limit, queue)
			}
		})
	}
}

// TestMapsRetryTheirOwnRequests: the map run's reading or writing failed, not a
// child.
func TestMapsRetryTheirOwnRequests(t *testing.T) {
	for name, c := range map[string]struct {
		account *account
		calls   int // of the map's step, for 3 items
		err     string
	}{
		"reading passes":    {&account{slots: 10, badGets: 6}, 3, ""},
		"reading never":     {&account{slots: 10, badGets: 100}, 0, "States.ItemReaderFailed"},
		"writing passes":    {&account{slots: 10, badPuts: 1}, 6, ""},
		"writing never":     {&account{slots: 10, badPuts: 100}, 9, "States.ResultWriterFailed"},
		"both pass":         {&account{slots: 10, badGets: 3, badPuts: 2}, 9, ""},
		"not what is fine":  {&account{slots: 10}, 3, ""},
		"nor what children": {&account{slots: 10, fails: true}, 1, "States.ExceedToleratedFailureThreshold"},
	} {
		t.Run(name, func(t *testing.T) {
			a := c.account
			_, err := a.execute(t, 3, flowtest.Options{Concurrency: 1})
			var f *interpreter.Failure
			if c.err == "" && err != nil || c.err != "" && (!errors.As(err, &f) || f.Name != c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
			if a.calls != c.calls {
				t.Errorf("%d calls of the map's step, want %d", a.calls, c.calls)
			}
		})
	}
}

// TestTheEstimateOfThrottlingIsAboutRight compares tools/internal/cost with executions on a
// small account.
func TestTheEstimateOfThrottlingIsAboutRight(t *testing.T) {
	for name, c := range map[string]struct {
		items, slots int
		takes        time.Duration
		options      flowtest.Options
	}{
		"a new account":     {150, 10, 15 * time.Second, flowtest.Options{}},
		"two Lambdas":       {150, 2, time.Minute, flowtest.Options{}},
		"long steps":        {40, 10, 15 * time.Minute, flowtest.Options{}},
		"a bounded map":     {400, 10, 20 * time.Second, flowtest.Options{Concurrency: 40}},
		"as wide as it can": {100, 10, 10 * time.Second, flowtest.Options{Concurrency: 10}},
		"a wide map":        {2000, 100, 30 * time.Second, flowtest.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			a := &account{slots: c.slots, takes: c.takes}
			took, err := a.execute(t, c.items, c.options)
			if err != nil {
				t.Fatal(err)
			}
			in := cost.Input{Graph: flight(c.options), Basis: cost.DefaultBasis()}
			in.Basis.Assumptions.ItemSeconds = c.takes.Seconds()
			got := cost.Throttle(in, c.items, c.slots)
			t.Logf("%.0f retries and %.0f s, really %d and %s", got.Retries, got.Seconds, a.refused, took)
			if ratio := got.Retries / float64(a.refused); a.refused > 0 && (ratio < 0.8 || ratio > 1.25) {
				t.Errorf("the estimate has %.0f retries, there were %d", got.Retries, a.refused)
			}
			got.Seconds -= 2 * c.takes.Seconds() // of the steps around the map, which are quick here
			if ratio := got.Seconds / took.Seconds(); ratio < 0.8 || ratio > 1.25 {
				t.Errorf("the estimate has %.0f s, it took %s", got.Seconds, took)
			}
		})
	}
}
