package asl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/asl/asltest"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// account is Lambda and S3 for a rehearsal's engine: it runs a limited number
// of Lambdas at once, each for as long as takes says, and throttles the others.
type account struct {
	w     *walker
	slots int
	takes time.Duration

	// How many requests of a map run fail: reading its items and writing its
	// results.
	badGets, badPuts int
	fails            bool // the step before the map fails

	mu               sync.Mutex
	running, refused int
	calls            int // of the step before the map
	worked           time.Duration
}

func (a *account) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	r, err := envelope.Decode(payload)
	if err != nil {
		return nil, err
	}
	takes := a.takes
	if r.Path == "" {
		takes = 0 // for the steps around the map
	}
	if !a.take(r, takes) {
		return nil, &interpreter.Failure{Name: "Lambda.TooManyRequestsException"}
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running--
	if a.fails && r.Batch != nil {
		return nil, &interpreter.Failure{Name: "errorString"}
	}
	reply, err := a.w.answer(function, r)
	if err != nil {
		return nil, err
	}
	return json.Marshal(reply)
}

func (a *account) take(r envelope.Request, takes time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running == a.slots {
		a.refused++
		return false
	}
	a.running++
	a.worked += takes
	if r.Batch != nil {
		a.calls++
	}
	return true
}

func (a *account) Get(_ context.Context, _, key string) (io.ReadCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.badGets > 0 {
		a.badGets--
		return nil, errors.New("InternalError")
	}
	data, err := json.Marshal(a.w.objects[key])
	return io.NopCloser(bytes.NewReader(data)), err
}

func (a *account) Put(context.Context, string, string, io.ReadSeeker) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.badPuts > 0 {
		a.badPuts--
		return errors.New("InternalError")
	}
	return nil
}

// flight is birds with one step in its map.
func flight(options flowtest.Options) graph.Graph {
	return flowtest.With(flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds"), map[string]flowtest.Options{"flap-bird": options})
}

// execute runs a flight with a map over a number of items on the account, on a fake
// clock, and returns how long it takes.
func (a *account) execute(t *testing.T, items int, options flowtest.Options) (took time.Duration, err error) {
	t.Helper()
	definition, err := asl.Generate(flight(options))
	if err != nil {
		t.Fatal(err)
	}
	machine, err := asltest.Load(definition)
	if err != nil {
		t.Fatal(err)
	}
	a.w = &walker{t: t, sizes: func(string, string) int { return items }, objects: map[string][]any{}}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err = machine.Execute(t.Context(), interpreter.Env{
			Name: "run-1", Machine: "arn:aws:states:eu-west-1:123456789012:stateMachine:birds", Input: []byte(`{}`), Lambda: a, Objects: a,
		})
		took = time.Since(began)
	})
	return took, err
}
