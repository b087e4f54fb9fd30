package lambdastep

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// slowStore delays each value.
type slowStore struct {
	store.Store
	get, put time.Duration
}

func (s slowStore) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	time.Sleep(s.get)
	return s.Store.Get(ctx, key, off, n)
}

func (s slowStore) Put(ctx context.Context, key string, body io.Reader) error {
	time.Sleep(s.put)
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Store.Put(ctx, key, body)
}

// TestAStepHasItsLimit invokes steps that may take 5 seconds of their Lambda's minute.
func TestAStepHasItsLimit(t *testing.T) {
	heeds := func(ctx context.Context, n int) (int, error) {
		<-ctx.Done()
		return 0, fmt.Errorf("waiting: %w", ctx.Err())
	}
	takes := func(d time.Duration) func(context.Context, int) (int, error) {
		return func(_ context.Context, n int) (int, error) { time.Sleep(d); return n, nil }
	}
	const notHeeded = "the step did not return when its context ended\nhint: pass the step's ctx on to whatever it waits for, and return when ctx.Done() is closed"
	for name, c := range map[string]struct {
		step    func(context.Context, int) (int, error)
		batch   int           // items
		lambda  time.Duration // its timeout
		get     time.Duration // to fetch
		put     time.Duration // to store
		took    time.Duration
		message string // "" for none
		exit    bool
	}{
		"heeds": {step: heeds, batch: 1, lambda: time.Minute, took: 5 * time.Second,
			message: "it took longer than 5s: waiting: context deadline exceeded"},
		"does not heed": {step: takes(time.Hour), batch: 1, lambda: time.Minute, took: 5500 * time.Millisecond,
			message: "it took longer than 5s: " + notHeeded, exit: true},
		"in time":          {step: takes(4900 * time.Millisecond), batch: 1, lambda: time.Minute, took: 4900 * time.Millisecond},
		"in its last gasp": {step: takes(5400 * time.Millisecond), batch: 1, lambda: time.Minute, took: 5400 * time.Millisecond},
		"slow to fetch and to store": {step: takes(4 * time.Second), batch: 1, lambda: time.Minute, get: 10 * time.Second, put: 20 * time.Second,
			took: 34 * time.Second},
		"a batch in time": {step: takes(1200 * time.Millisecond), batch: 4, lambda: time.Minute, took: 4800 * time.Millisecond},
		"a batch": {step: takes(1200 * time.Millisecond), batch: 5, lambda: time.Minute, took: 5500 * time.Millisecond,
			message: "it took longer than 5s: " + notHeeded, exit: true},
		"less of its Lambda": {step: heeds, batch: 1, lambda: 4 * time.Second, took: 3600 * time.Millisecond,
			message: "it took longer than 4s, the timeout of its Lambda: waiting: context deadline exceeded"},
		"what fetching left": {step: takes(time.Hour), batch: 1, lambda: 10 * time.Second, get: 6 * time.Second, took: 9500 * time.Millisecond,
			message: "it took longer than 10s, the timeout of its Lambda: " + notHeeded, exit: true},
		"slow to store": {step: takes(0), batch: 1, lambda: 10 * time.Second, put: 9200 * time.Millisecond, took: 9200 * time.Millisecond,
			message: "it took longer than 10s, the timeout of its Lambda: storing the result: context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(t)
				reply := must(m, numbers, envelope.Request{Step: "numbers", Defaults: fmt.Appendf(nil, `{"count":%d}`, c.batch), Split: c.batch})
				h := newHandler(step.Of(c.step), newLogs(io.Discard), m.place(slowStore{m.store, c.get, c.put}))
				batch := m.batches(reply)[0]
				payload, err := json.Marshal(envelope.Request{Flow: "test-flow", Run: testRun, Step: "s", Path: "0/", From: "numbers", Batch: &batch, Limit: 5})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), c.lambda)
				defer cancel()
				began := time.Now()
				_, failure := invoke(t, ctx, h, payload)
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %s, want %s", took, c.took)
				}
				switch {
				case c.message == "" && failure != nil:
					t.Errorf("failure %+v", failure)
				case c.message != "" && (failure == nil || failure.Type != "Sandbox.Timedout" || failure.Message != c.message || failure.ShouldExit != c.exit):
					t.Errorf("got  %+v\nwant %s, exit %v", failure, c.message, c.exit)
				}
				h.caller.Close()
				time.Sleep(2 * time.Hour) // for abandoned steps
			})
		})
	}
}

// TestEachInvocationHasItsOwnLimit has one process serve one call after the other.
func TestEachInvocationHasItsOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t)
		h := m.handler(step.Of(func(ctx context.Context, n int) (int, error) {
			deadline, ok := ctx.Deadline()
			if !ok || time.Until(deadline) != 2*time.Second {
				t.Errorf("call %d has %s", n, time.Until(deadline))
			}
			time.Sleep(1900 * time.Millisecond)
			return n, nil
		}))
		for n := range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if _, failure := invoke(t, ctx, h, fmt.Appendf(nil, `{"flow":"f","run":"r","step":"s-%d","path":"","defaults":%d,"limit":2}`, n, n)); failure != nil {
				t.Errorf("call %d: %+v", n, failure)
			}
			cancel()
		}
		h.caller.Close()
	})
}
