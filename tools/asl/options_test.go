package asl_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/tools/asl"
)

func birds(options map[string]flowtest.Options) graph.Graph {
	return flowtest.With(flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "then RestBird", "agg JoinBirds"), options)
}

func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		options flowtest.Options // of flap-bird
		state   string
		want    string // parts of the state as JSON, joined by " … "
	}{
		"no timeout":       {flowtest.Options{}, "flap-bird", `"TimeoutSeconds":1860`},
		"timeout":          {flowtest.Options{Timeout: 7}, "flap-bird", `"limit":7 … "TimeoutSeconds":1860`},
		"batch, splitting": {flowtest.Options{Batch: 10}, "get-birds", `"split":10`},
		"batch, gathering": {flowtest.Options{Batch: 10}, "join-birds", `"batch_size":10`},
		"batch of 1":       {flowtest.Options{Batch: 1}, "get-birds", `"split":1`},
		"batch, map":       {flowtest.Options{Batch: 10}, "Map flap-bird", `"Comment":"flows/flows.go:12: runs flap-bird once for each item of get-birds, up to 10 items in a child"`},
		"concurrency":      {flowtest.Options{Concurrency: 7}, "Map flap-bird", `"MaxConcurrency":7`},
		"no concurrency":   {flowtest.Options{}, "Map flap-bird", `"MaxConcurrency":1000`},
		"tolerance":        {flowtest.Options{Tolerate: 2.5}, "Map flap-bird", `2.5% of the children may fail" … "ResultPath":"$.results" … "ToleratedFailurePercentage":2.5`},
		"tolerance, at the aggregation": {flowtest.Options{Tolerate: 2.5}, "join-birds",
			`"Comment":"flows/flows.go:14: takes the results of rest-bird whose child did not fail" … "state.$":"$" … "tolerate":2.5`},
		"standard":              {flowtest.Options{}, "Map flap-bird", `"ExecutionType":"STANDARD"`},
		"express":               {flowtest.Options{Express: true}, "Map flap-bird", `"ExecutionType":"EXPRESS"`},
		"express, inside":       {flowtest.Options{Express: true}, "rest-bird", `"TimeoutSeconds":300`},
		"express, with its own": {flowtest.Options{Express: true, Timeout: 20}, "flap-bird", `"limit":20 … "TimeoutSeconds":300`},
		"express, before":       {flowtest.Options{Express: true}, "get-birds", `"TimeoutSeconds":1860`},
		"express, after":        {flowtest.Options{Express: true}, "join-birds", `"TimeoutSeconds":1860`},
		"retry": {flowtest.Options{Retry: []graph.Retry{{Errors: []string{"Throttled"}, Interval: 3, Rate: 1.5, Attempts: 4, Cap: 60, Jitter: true}}}, "flap-bird",
			`{"BackoffRate":1.5,"ErrorEquals":["Throttled"],"IntervalSeconds":3,"JitterStrategy":"FULL","MaxAttempts":4,"MaxDelaySeconds":60}`},
		"retry without cap and jitter": {flowtest.Options{Retry: []graph.Retry{{Errors: []string{"States.ALL"}, Interval: 1, Rate: 2, Attempts: 3}}}, "flap-bird",
			`{"BackoffRate":2,"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":3}]`},
	} {
		t.Run(name, func(t *testing.T) {
			definition, err := asl.Generate(birds(map[string]flowtest.Options{"flap-bird": c.options}))
			if err != nil {
				t.Fatal(err)
			}
			state, err := json.Marshal(everyState(t, definition)[c.state])
			if err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(c.want, " … ") {
				if !strings.Contains(string(state), part) {
					t.Errorf("%s is %s\nwant it with %s", c.state, state, part)
				}
			}
		})
	}
}

// TestNoTaskEndsBeforeItsLambda: otherwise a retry would run beside it. Each
// step's time limit is enforced by its own Lambda.
func TestNoTaskEndsBeforeItsLambda(t *testing.T) {
	for seed := range uint64(100) {
		g := flowtest.Random(seed)
		definition, err := asl.Generate(g)
		if err != nil {
			t.Fatal(err)
		}
		states := everyState(t, definition)
		for _, n := range plan.New(g).Steps {
			most := 1800.0
			if n.In != nil && n.In.Express {
				most = 299 // the child can't outlive retries
			}
			state := states[n.Name]
			payload := state["Parameters"].(map[string]any)["Payload"].(map[string]any)
			limit, _ := payload["limit"].(float64)
			if got := state["TimeoutSeconds"].(float64); got <= most || limit != float64(n.Timeout) {
				t.Errorf("seed %d: %s has %v seconds and the limit %v, want more than %v and %d", seed, n.Name, got, limit, most, n.Timeout)
			}
		}
	}
}

// TestWhatNobodyAskedForIsNotThere: without options an aggregation reads every
// child, one item each, and a map fails with its first child.
func TestWhatNobodyAskedForIsNotThere(t *testing.T) {
	definition, err := asl.Generate(birds(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"batch_size", "limit", "tolerate", "Tolerated", "EXPRESS"} {
		if strings.Contains(string(definition), word) {
			t.Errorf("the state machine has %q", word)
		}
	}
}

// TestRetriesAreThoseOfTheGraph compares every task of random flows with the
// rules that the local run uses.
func TestRetriesAreThoseOfTheGraph(t *testing.T) {
	for seed := range uint64(100) {
		g := flowtest.Random(seed)
		definition, err := asl.Generate(g)
		if err != nil {
			t.Fatal(err)
		}
		states := everyState(t, definition)
		for _, n := range g.Steps() {
			var got []graph.Retry
			for _, r := range states[n.Name]["Retry"].([]any) {
				var rule struct {
					ErrorEquals                                   []string
					IntervalSeconds, MaxAttempts, MaxDelaySeconds int
					BackoffRate                                   float64
					JitterStrategy                                string
				}
				data, _ := json.Marshal(r)
				if err := json.Unmarshal(data, &rule); err != nil {
					t.Fatal(err)
				}
				got = append(got, graph.Retry{Errors: rule.ErrorEquals, Interval: rule.IntervalSeconds, Rate: rule.BackoffRate,
					Attempts: rule.MaxAttempts, Cap: rule.MaxDelaySeconds, Jitter: rule.JitterStrategy == "FULL"})
			}
			if want := n.Retries(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("seed %d: %s retries\n%v\nwant\n%v", seed, n.Name, got, want)
			}
			if all := slices.IndexFunc(got, func(r graph.Retry) bool { return slices.Contains(r.Errors, "States.ALL") }); all >= 0 &&
				(all < len(got)-1 || len(got[all].Errors) > 1) {
				t.Errorf("seed %d: %s: States.ALL is not alone and last: %v", seed, n.Name, got)
			}
		}
	}
}
