package e2e_test

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/s3server"
)

// flows are complete flows; each returns the key of its result.
var flows = map[string]func(c *cloud) (result string){
	"birds": func(c *cloud) string {
		list := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":1}`), Input: []byte(`{"count":3}`), Split: 2})
		for _, b := range c.batches(list) {
			c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: envelope.Child("", b.Index), From: "get-birds", Batch: &b})
		}
		c.must("JoinBirds", envelope.Request{Step: "join-birds", From: "flap-bird", Count: list.Count, BatchSize: 2})
		return keys.Output("join-birds", "")
	},
	"nested": func(c *cloud) string {
		texts := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":2}`), Split: 1})
		for _, outer := range c.batches(texts) {
			path := envelope.Child("", outer.Index)
			c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: path, From: "get-birds", Batch: &outer})
			words := c.must("Words", envelope.Request{Step: "words", Path: path, From: "flap-bird", Split: 1})
			for _, inner := range c.batches(words) {
				c.must("FlapBird", envelope.Request{Step: "flap-bird-2", Path: envelope.Child(path, inner.Index), From: "words", Batch: &inner})
			}
			c.must("JoinBirds", envelope.Request{Step: "join-birds", Path: path, From: "flap-bird-2", Count: words.Count})
		}
		c.must("JoinBirds", envelope.Request{Step: "join-birds-2", From: "join-birds", Count: texts.Count})
		return keys.Output("join-birds-2", "")
	},
}

// TestFlowsInBadTimes runs flows while S3 fails, and compares every object in
// the bucket with those of a run without failures.
func TestFlowsInBadTimes(t *testing.T) {
	kinds := []s3server.Fault{s3server.Internal, s3server.Lost, s3server.Truncated, s3server.SlowDown, s3server.Slow, s3server.Reset}
	for name, flow := range flows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calm := newCloud(t)
			result := flow(calm)
			want := calm.objects()
			calm.logged() // ends the processes
			if want[result] == "" {
				t.Fatalf("no %s among %q", result, slices.Sorted(maps.Keys(want)))
			}
			t.Run("faults", func(t *testing.T) {
				t.Parallel()
				c := newCloud(t)
				faults := s3server.NewFaults(4, kinds...)
				c.s3.Intercept(faults.Intercept)
				flow(c)
				c.s3.Intercept(nil)
				c.compare(want)
				for _, kind := range kinds {
					if name == "nested" && faults.Met(kind) == 0 { // the other flow has too few requests for all kinds
						t.Errorf("no fault of kind %s", kind)
					}
				}
			})
			t.Run("outages", func(t *testing.T) {
				t.Parallel()
				c := newCloud(t)
				o := &outages{t: t, server: c.s3, at: []int{2, 5, 10}}
				c.s3.Intercept(o.intercept)
				flow(c)
				c.s3.Intercept(nil)
				c.compare(want)
				if len(o.at) > 0 {
					t.Errorf("the outages before the requests %d did not come", o.at)
				}
			})
		})
	}
}

// compare is for steps that return the same each time: it finds lost, duplicate
// and damaged objects.
func (c *cloud) compare(want map[string]string) {
	c.t.Helper()
	got := c.objects()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			c.t.Errorf("%s has %d bytes, want %d others", key, len(got[key]), len(want[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			c.t.Errorf("%s should not be there", key)
		}
	}
}

// outages stops the server before some requests, and starts it again when they
// have failed.
type outages struct {
	t      *testing.T
	server *s3server.Server

	mu       sync.Mutex
	at       []int // numbers of requests
	requests int
}

func (o *outages) intercept(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	if o.due() {
		o.server.Stop()
		defer func() {
			if err := o.server.Resume(o.t.Context()); err != nil {
				o.t.Error(err)
			}
		}()
	}
	pass.ServeHTTP(w, r)
}

func (o *outages) due() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests++
	if len(o.at) == 0 || o.requests < o.at[0] {
		return false
	}
	o.at = o.at[1:]
	return true
}
