package lambdastep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// machine acts as the state machine: it calls steps with requests.
type machine struct {
	t     *testing.T
	store *store.Memory
}

func newMachine(t *testing.T) *machine { return &machine{t, store.NewMemory()} }

const testRun = "run-1"

// call runs one step and returns the error as Step Functions sees it.
func call[In, Out any](m *machine, f func(context.Context, In) (Out, error), r envelope.Request) (envelope.Reply, *messages.InvokeResponse_Error) {
	m.t.Helper()
	r.Flow, r.Run = "test-flow", testRun
	payload, err := json.Marshal(r)
	if err != nil {
		m.t.Fatal(err)
	}
	return invoke(m.t, m.t.Context(), m.handler(step.Of(f)), payload)
}

func (m *machine) handler(s step.Step) *handler {
	h := newHandler(s, newLogs(io.Discard), m.place(m.store))
	m.t.Cleanup(h.caller.Close)
	return h
}

// place makes the machine's steps use s.
func (m *machine) place(s store.Store) func(*atomic.Int64) (place, error) {
	return func(*atomic.Int64) (place, error) { return place{s, "test-bucket", "lokki"}, nil }
}

func invoke(t *testing.T, ctx context.Context, h *handler, payload []byte) (envelope.Reply, *messages.InvokeResponse_Error) {
	t.Helper()
	out, err := h.Invoke(ctx, payload)
	if err != nil {
		failure, ok := err.(messages.InvokeResponse_Error)
		if !ok {
			t.Fatalf("error of type %T: %v", err, err)
		}
		return envelope.Reply{}, &failure
	}
	var reply envelope.Reply
	if err := json.Unmarshal(out, &reply); err != nil {
		t.Fatal(err)
	}
	return reply, nil
}

// must is call for steps that succeed.
func must[In, Out any](m *machine, f func(context.Context, In) (Out, error), r envelope.Request) envelope.Reply {
	m.t.Helper()
	reply, failure := call(m, f, r)
	if failure != nil {
		m.t.Fatalf("%s at %q: %s: %s", r.Step, r.Path, failure.Type, failure.Message)
	}
	return reply
}

// values are the lines of a step's output.
func (m *machine) values(step, path string) []string {
	m.t.Helper()
	keys := envelope.Keys{Prefix: "lokki", Flow: "test-flow", Run: testRun}
	got, err := fanout.ReadLines(m.t.Context(), m.store, keys.Output(step, path))
	if err != nil {
		m.t.Fatal(err)
	}
	var values []string
	for _, v := range got {
		values = append(values, string(v))
	}
	return values
}

// batches are what the map after a step iterates over.
func (m *machine) batches(reply envelope.Reply) []envelope.Batch {
	m.t.Helper()
	body, err := m.store.Get(m.t.Context(), reply.Items, 0, -1)
	if err != nil {
		m.t.Fatal(err)
	}
	defer body.Close()
	var got []envelope.Batch
	if err := json.NewDecoder(body).Decode(&got); err != nil {
		m.t.Fatal(err)
	}
	return got
}

type count struct {
	Count int `json:"count"`
	From  int `json:"from"`
}

func numbers(_ context.Context, in count) ([]int, error) {
	list := make([]int, in.Count)
	for i := range list {
		list[i] = in.From + i
	}
	return list, nil
}

func square(_ context.Context, n int) (int, error)   { return n * n, nil }
func text(_ context.Context, n int) (string, error)  { return fmt.Sprint("<", n, ">"), nil }
func upTo(ctx context.Context, n int) ([]int, error) { return numbers(ctx, count{Count: n}) }
func join(_ context.Context, s []string) (string, error) {
	if s == nil {
		return "", errors.New("nil instead of an empty list")
	}
	return strings.Join(s, ""), nil
}

func TestStartLaysInputOverDefaults(t *testing.T) {
	m := newMachine(t)
	reply := must(m, numbers, envelope.Request{Step: "numbers", Defaults: []byte(`{"count":2,"from":5}`), Input: []byte(`{"count":3}`)})
	if reply.Run != testRun || reply.Path != "" || reply.Count != nil || reply.Items != "" {
		t.Errorf("reply %+v", reply)
	}
	if got := m.values("numbers", ""); len(got) != 1 || got[0] != "[5,6,7]" {
		t.Errorf("stored %q", got)
	}
	_, failure := call(m, numbers, envelope.Request{Step: "n2", Defaults: []byte(`{}`), Input: []byte(`{"cuont":3}`)})
	if failure == nil || failure.Type != "Lokki.InvalidInput" || !strings.Contains(failure.Message, "cuont") {
		t.Errorf("unknown field: %+v", failure)
	}
}

// TestMapOfEverySize runs numbers → square → text (a sequence inside the map) → join.
func TestMapOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 10, 25} {
		for _, size := range []int{1, 2, 3, 10, 100} {
			t.Run(fmt.Sprintf("%d by %d", n, size), func(t *testing.T) {
				m := newMachine(t)
				reply := must(m, numbers, envelope.Request{Step: "numbers", Defaults: fmt.Appendf(nil, `{"count":%d}`, n), Input: []byte("{}"), Split: size})
				if reply.Count == nil || *reply.Count != n {
					t.Fatalf("reply %+v", reply)
				}
				for _, b := range m.batches(reply) {
					path := envelope.Child("", b.Index)
					must(m, square, envelope.Request{Step: "square", Path: path, From: "numbers", Batch: &b})
					must(m, text, envelope.Request{Step: "text", Path: path, From: "square"})
				}
				must(m, join, envelope.Request{Step: "join", From: "text", Count: reply.Count, BatchSize: size})
				var want strings.Builder
				for i := range n {
					fmt.Fprint(&want, "<", i*i, ">")
				}
				if got := m.values("join", ""); len(got) != 1 || decodeString(t, got[0]) != want.String() {
					t.Errorf("joined %q, want %q", got, want.String())
				}
			})
		}
	}
}

func decodeString(t *testing.T, value string) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(value), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMapInsideAMap(t *testing.T) {
	m := newMachine(t)
	outer := must(m, numbers, envelope.Request{Step: "numbers", Defaults: []byte(`{"count":4}`), Split: 1})
	for _, b := range m.batches(outer) {
		path := envelope.Child("", b.Index)
		inner := must(m, upTo, envelope.Request{Step: "up-to", Path: path, From: "numbers", Batch: &b, Split: 2})
		for _, c := range m.batches(inner) {
			must(m, text, envelope.Request{Step: "text", Path: envelope.Child(path, c.Index), From: "up-to", Batch: &c})
		}
		must(m, join, envelope.Request{Step: "join", Path: path, From: "text", Count: inner.Count, BatchSize: 2})
	}
	must(m, join, envelope.Request{Step: "join-2", From: "join", Count: outer.Count})
	if got := decodeString(t, m.values("join-2", "")[0]); got != "<0><0><1><0><1><2>" {
		t.Errorf("joined %q", got)
	}
}

func TestAnEarlierAttemptsOutputIsKept(t *testing.T) {
	m := newMachine(t)
	calls := 0
	list := func(_ context.Context, in count) ([]int, error) {
		calls++
		return make([]int, calls*10), nil
	}
	for _, split := range []int{0, 1, 3} {
		calls = 0
		r := envelope.Request{Step: fmt.Sprintf("list-%d", split), Defaults: []byte(`{}`), Split: split, Attempt: 2}
		first := must(m, list, r) // a retry that finds no output runs the step
		again := must(m, list, r)
		if calls != 1 {
			t.Errorf("split %d: the step ran %d times", split, calls)
		}
		r.Attempt = 0 // another first attempt runs the step, but changes nothing
		twice := must(m, list, r)
		if calls != 2 {
			t.Errorf("split %d: the step ran %d times, want a second one", split, calls)
		}
		if fmt.Sprint(reply(first)) != fmt.Sprint(reply(again)) || fmt.Sprint(reply(first)) != fmt.Sprint(reply(twice)) {
			t.Errorf("split %d: replies %v, %v, %v", split, reply(first), reply(again), reply(twice))
		}
	}
}

func reply(r envelope.Reply) []any {
	if r.Count == nil {
		return []any{r.Run, r.Path, r.Items}
	}
	return []any{r.Run, r.Path, r.Items, *r.Count}
}

func TestFailedItemsAreLeftOutWhereTheyAreTolerated(t *testing.T) {
	count := 7
	for name, c := range map[string]struct {
		path string
		lost []int
		want string
	}{
		"none":   {"", nil, "<0><1><2><3><4><5><6>"},
		"some":   {"", []int{0, 3, 4}, "<1><2><5><6>"},
		"ends":   {"", []int{0, 6}, "<1><2><3><4><5>"},
		"all":    {"", []int{0, 1, 2, 3, 4, 5, 6}, ""},
		"nested": {"3/17/", []int{5}, "<0><1><2><3><4><6>"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for i := range count {
				if !slices.Contains(c.lost, i) {
					must(m, text, envelope.Request{Step: "text", Path: envelope.Child(c.path, i), Defaults: fmt.Append(nil, i)})
				}
			}
			r := envelope.Request{Step: "join", Path: c.path, From: "text", Count: &count, Tolerate: 100, State: m.results(c.lost...)}
			must(m, join, r)
			if got := decodeString(t, m.values("join", c.path)[0]); got != c.want {
				t.Errorf("joined %q, want %q", got, c.want)
			}
			r.Step, r.Tolerate = "join-2", 0
			if _, f := call(m, join, r); (f != nil) != (len(c.lost) > 0) {
				t.Errorf("not tolerated: %+v", f)
			}
		})
	}
}

func TestAFailedItemOfABatchIsNamed(t *testing.T) {
	m := newMachine(t)
	r := must(m, numbers, envelope.Request{Step: "numbers", Defaults: []byte(`{"count":9,"from":100}`), Split: 4})
	b := m.batches(r)[1]
	f := func(_ context.Context, n int) (int, error) {
		if n == 106 {
			return 0, Throttled{}
		}
		return n, nil
	}
	_, failure := call(m, f, envelope.Request{Step: "s", Path: "4/", From: "numbers", Batch: &b})
	if failure == nil || failure.Type != "Throttled" || failure.Message != "item 6: slow down" {
		t.Errorf("failure %+v", failure)
	}
}

func TestTheContextEndsBeforeLambdasDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // on a clock that a busy machine doesn't delay
		const granted = time.Minute
		m := newMachine(t)
		var ends time.Time
		f := func(ctx context.Context, _ int) (int, error) {
			ends, _ = ctx.Deadline()
			<-ctx.Done()
			return 0, fmt.Errorf("waiting: %w", ctx.Err())
		}
		ctx, cancel := context.WithTimeout(t.Context(), granted)
		defer cancel()
		deadline, _ := ctx.Deadline()
		_, failure := invoke(t, ctx, m.handler(step.Of(f)), []byte(`{"flow":"f","run":"r","step":"s","path":"","defaults":1}`))
		if failure == nil || failure.Type != "Sandbox.Timedout" || failure.ShouldExit {
			t.Errorf("failure %+v", failure)
		}
		if got := deadline.Sub(ends); got != time.Second {
			t.Errorf("the step's context ends %s before Lambda's, want 1s", got)
		}
	})
}

func TestAStepThatDoesNotHeedItsContextIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t)
		release := make(chan struct{})
		defer close(release)
		f := func(context.Context, int) (int, error) {
			<-release
			return 0, nil
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, failure := invoke(t, ctx, m.handler(step.Of(f)), []byte(`{"flow":"f","run":"r","step":"s","path":"","defaults":1}`))
		if failure == nil || failure.Type != "Sandbox.Timedout" || !failure.ShouldExit {
			t.Errorf("failure %+v, want one that ends the process", failure)
		}
		if got := time.Since(began); got != time.Minute-500*time.Millisecond {
			t.Errorf("given up after %s, want half a second before Lambda's minute ends", got)
		}
	})
}

func TestAWrongEnvironmentIsReportedByTheInvocation(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no bucket":  {map[string]string{"LOKKI_ARTIFACT_BUCKET": ""}, "LOKKI_ARTIFACT_BUCKET is not set"},
		"bad prefix": {map[string]string{"LOKKI_ARTIFACT_BUCKET": "b", "LOKKI_PREFIX": "/a//b"}, "LOKKI_PREFIX"},
		"no region":  {map[string]string{"LOKKI_ARTIFACT_BUCKET": "b", "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "AWS_REGION"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			h := newHandler(step.Of(square), newLogs(io.Discard), openFromEnvironment)
			_, failure := invoke(t, t.Context(), h, []byte(`{"flow":"f","run":"r","step":"s","path":"","defaults":1}`))
			if failure == nil || failure.Type != "Lokki.Configuration" || !strings.Contains(failure.Message, c.want) {
				t.Errorf("failure %+v, want %q", failure, c.want)
			}
		})
	}
}
