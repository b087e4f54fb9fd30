package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/lambdahost"
)

// pass is the step that a map calls.
func pass(_ context.Context, s sighting) (sighting, error) { return s, nil }

// TestRequestsOfAMap counts at the server the requests of a map of N items in
// batches of n: the two objects of the list, and a read and a write for each child.
// The aggregation then reads each child's output.
func TestRequestsOfAMap(t *testing.T) {
	for _, m := range []struct{ items, batch int }{{0, 1}, {1, 1}, {20, 1}, {20, 7}, {1000, 100}} {
		t.Run(fmt.Sprintf("%d in batches of %d", m.items, m.batch), func(t *testing.T) {
			c := newCloud(t)
			children := (m.items + m.batch - 1) / m.batch
			if got, most := c.countMap(t, m.items, m.batch), 2+2*children; got > most {
				t.Errorf("the map took %d requests, want at most %d", got, most)
			}
		})
	}
}

// BenchmarkRequests reports the requests of a map of 1,000 items in batches of 10.
func BenchmarkRequests(b *testing.B) {
	const items, batch = 1000, 10
	requests := 0
	for b.Loop() {
		requests = newCloud(b).countMap(b, items, batch)
	}
	b.ReportMetric(float64(requests), "requests")
	b.ReportMetric(2+2*items/batch, "requests-allowed")
}

// countMap runs the steps of a map in workers and counts its requests.
func (c *cloud) countMap(t testing.TB, items, batch int) int {
	t.Helper()
	list, each := c.self(t, "list"), c.self(t, "pass")
	before := c.server.Requests("")
	reply := c.invoke(t, list, envelope.Request{Step: "list", Run: "r", Split: batch, Defaults: fmt.Appendf(nil, `{"count":%d,"report":""}`, items)})
	stored := c.server.Requests("") - before

	batches, err := c.batches(t.Context(), reply.Items) // Step Functions reads these
	if err != nil {
		t.Fatal(err)
	}
	before = c.server.Requests("")
	for _, own := range batches {
		c.invoke(t, each, envelope.Request{Step: "pass", Run: "r", Path: envelope.Child("", own.Index), From: "list", Batch: &own})
	}
	sent := stored + c.server.Requests("") - before

	// All values have arrived, so no necessary request was saved.
	want := sightings(items)
	output := func(first int) string {
		return envelope.Keys{Prefix: "lokki", Flow: flow, Run: "r"}.Output("pass", envelope.Child("", first))
	}
	err = fanout.Gather(t.Context(), c.values, items, batch, output, func(i int, value []byte) error { return wantItem(value, want[i]) })
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

const flow = "bench-flow"

// invoke runs a task that succeeds.
func (c *cloud) invoke(t testing.TB, host *lambdahost.Host, r envelope.Request) envelope.Reply {
	t.Helper()
	r.Flow = flow
	payload, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	result, err := host.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if result.Failure != nil {
		t.Fatalf("%s at %q: %v", r.Step, r.Path, result.Failure)
	}
	var reply envelope.Reply
	if err := json.Unmarshal(result.Payload, &reply); err != nil {
		t.Fatal(err)
	}
	return reply
}
