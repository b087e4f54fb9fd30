package asl_test

import (
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

// TestTheEstimateIsWhatAWalkCounts compares the figures of tools/internal/cost with
// those of a walk through the state machine.
func TestTheEstimateIsWhatAWalkCounts(t *testing.T) {
	for seed := range uint64(100) {
		g := flowtest.Random(seed)
		definition, err := asl.Generate(g)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			w := walker{t: t, sizes: func(string, string) int { return n }}
			w.walk(definition, map[string]any{})
			u := cost.Count(cost.Input{Graph: g, Basis: cost.DefaultBasis()}, n)
			if int(u.Transitions) != w.steps || int(u.ExpressRequests) != w.express || int(u.Invocations) != len(w.calls) {
				t.Errorf("seed %d, %d items: %v transitions, %v Express workflows and %v invocations; the walk has %d, %d and %d",
					seed, n, u.Transitions, u.ExpressRequests, u.Invocations, w.steps, w.express, len(w.calls))
			}
		}
	}
}

// TestTheEstimatedRequestsAreTheRealOnes counts the requests that the steps'
// programs and the state machine send.
func TestTheEstimatedRequestsAreTheRealOnes(t *testing.T) {
	c := newCloud(t)
	flow, err := chain.Build(evenFlow())
	if err != nil {
		t.Fatal(err)
	}
	puts, gets := c.s3.Requests("PUT"), c.s3.Requests("GET")
	if got, err := c.execute(t, flow.Plan.Graph); err != nil || got != "[0,32,64,96,128,160]" {
		t.Fatalf("result %s, %v", got, err)
	}
	gets++ // execute has read the result
	in := cost.Input{Graph: flow.Plan.Graph, Basis: cost.DefaultBasis()}
	in.Basis.Items.Maps = map[string]int{"double": 2}
	u := cost.Count(in, 6)
	if got, want := c.s3.Requests("PUT")-puts, int(u.Puts); got != want {
		t.Errorf("%d requests that write, want %d", got, want)
	}
	if got, want := c.s3.Requests("GET")-gets, int(u.Gets); got != want {
		t.Errorf("%d requests that read, want %d", got, want)
	}
}
