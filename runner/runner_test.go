package runner

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func check[T any](t *testing.T, flow lokki.Flow[T], input string, want T) {
	t.Helper()
	for _, concurrency := range []int{0, 1, 3} {
		got, err := Run(t.Context(), flow, Options{Input: json.RawMessage(input), Concurrency: concurrency})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s with %d at a time: got %v, %v; want %v", input, concurrency, got, err, want)
		}
	}
}

func TestRun(t *testing.T) {
	check(t, lokkitest.BirdsFlow(), ``, "flappy goose, flappy duck, flappy seagull")
	check(t, lokkitest.BirdsFlow(), `{"count": 2}`, "flappy goose, flappy duck")
	check(t, lokkitest.BirdsFlow(), `{"count": 0}`, "")
	check(t, lokkitest.SequenceFlow(), ``, 20)
	check(t, lokkitest.SequenceFlow(), `3`, 12)
	check(t, lokkitest.WordsFlow(), ``, []lokkitest.Summary{{Words: 2, Longest: 8}, {}, {Words: 1, Longest: 12}})
	check(t, lokkitest.WordsFlow(), `{"texts": []}`, []lokkitest.Summary{})
	check(t, lokkitest.TableFlow(), ``, 66)
	check(t, lokkitest.TableFlow(), `{"rows": 50, "columns": 20}`, 999*1000/2)
	check(t, lokkitest.TableFlow(), `{"columns": 0}`, 0)
	check(t, lokkitest.RowFlow(), ``, []int{3, 1, 2})
	check(t, lokkitest.NilFlow(), ``, []int{})
	check(t, lokkitest.RowFlow(), `null`, []int{})
}

func TestRunRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		opts Options
		want string
	}{
		"input":       {Options{Input: json.RawMessage(`{"cuont": 1}`)}, "the input does not fit lokkitest.Input:\ncuont: no such field\nhint: did you mean \"count\"?"},
		"concurrency": {Options{Concurrency: -1}, "option Concurrency -1: want 1 or more, or 0 for the number of CPUs"},
	} {
		if _, err := Run(t.Context(), lokkitest.BirdsFlow(), c.opts); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, err := Run(t.Context(), lokkitest.EmptyFlow(), Options{}); err == nil || !strings.HasPrefix(err.Error(), "the flow has no steps") {
		t.Errorf("an empty flow: got %v", err)
	}
}

// TestConcurrency has as many cells wait for each other as may run at a time,
// in both maps together, and checks that there are never more.
func TestConcurrency(t *testing.T) {
	const limit = 5
	var running, most atomic.Int64
	var meet sync.WaitGroup
	meet.Add(limit)
	var arrived atomic.Int64
	ctx := lokkitest.WithCell(t.Context(), func(ctx context.Context, n int) (int, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		if arrived.Add(1) <= limit {
			meet.Done()
			meet.Wait() // hangs if fewer run at the same time
		}
		return n, nil
	})
	if _, err := Run(ctx, lokkitest.TableFlow(), Options{Input: json.RawMessage(`{"rows": 10, "columns": 10}`), Concurrency: limit}); err != nil {
		t.Fatal(err)
	}
	if most.Load() != limit {
		t.Errorf("%d cells ran at the same time, want %d", most.Load(), limit)
	}
}

// TestFirstErrorStopsTheRest has one cell fail while another waits for its
// context, and then returns a different error.
func TestFirstErrorStopsTheRest(t *testing.T) {
	waits := make(chan struct{})
	var started atomic.Int64
	ctx := lokkitest.WithCell(t.Context(), func(ctx context.Context, n int) (int, error) {
		started.Add(1)
		switch n {
		case 0:
			close(waits)
			<-ctx.Done()
			return 0, errors.New("a later error")
		case 4:
			<-waits
			return 0, lokkitest.ErrBoom
		}
		return n, nil
	})
	_, err := Run(ctx, lokkitest.TableFlow(), Options{Concurrency: 2, Input: json.RawMessage(`{"rows": 1000, "columns": 4}`)})
	var failed *StepError
	if !errors.As(err, &failed) || !errors.Is(err, lokkitest.ErrBoom) {
		t.Fatalf("got %v", err)
	}
	if failed.Step != "cell" || !reflect.DeepEqual(failed.Index, []int{1, 0}) {
		t.Errorf("got step %s at %v, want cell at [1 0]", failed.Step, failed.Index)
	}
	if want := "step cell[1][0] (github.com/lokki-build/lokki/lokki/lokkitest.Cell): boom\ninput: 4"; !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "tables.go:") {
		t.Errorf("got %q, want file:line: %s", err, want)
	}
	if n := started.Load(); n > 10 {
		t.Errorf("%d cells were started though the fifth failed", n)
	}
}

func TestErrorsOfSteps(t *testing.T) {
	_, err := Run(t.Context(), lokkitest.ExplodeFlow(), Options{})
	var p *step.PanicError
	if !errors.As(err, &p) || !strings.Contains(err.Error(), "step explode[0] (") || !strings.Contains(err.Error(), "exploded at 7") || !strings.Contains(err.Error(), "tables.go:") {
		t.Errorf("a panic: got %v", err)
	}
	_, err = Run(t.Context(), lokkitest.ExitFlow(), Options{})
	if !errors.Is(err, failure.Goexit) || !strings.Contains(err.Error(), "step exit[0] (") {
		t.Errorf("an exit: got %v", err)
	}
	_, err = Run(t.Context(), lokkitest.UnstorableFlow(), Options{})
	if err == nil || !strings.Contains(err.Error(), "step unstorable (github.com/lokki-build/lokki/lokki/lokkitest.Unstorable): encoding the result, a func(): ") {
		t.Errorf("a result that can't be stored: got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ctx = lokkitest.WithCell(ctx, func(ctx context.Context, n int) (int, error) {
		cancel()
		<-ctx.Done()
		return 0, ctx.Err()
	})
	if _, err := Run(ctx, lokkitest.TableFlow(), Options{}); !errors.Is(err, context.Canceled) || err.Error() != "running table-flow: context canceled" {
		t.Errorf("got %v", err)
	}
	if _, err := Run(ctx, lokkitest.BirdsFlow(), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("before it began: got %v", err)
	}
	cause := errors.New("out of birds")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(cause)
	if _, err := Run(ctx, lokkitest.BirdsFlow(), Options{}); !errors.Is(err, cause) {
		t.Errorf("with a cause: got %v", err)
	}
}

func Shared(ctx context.Context, n int) ([]int, error) { return shared, nil }

var shared = []int{3, 1, 2}

func SharedFlow() lokki.Flow[int] {
	return lokki.Then(lokki.Then(lokki.Start(Shared, 1), lokkitest.Sort), lokkitest.First)
}

// TestStepsShareNoMemory sorts a list that another step retains.
func TestStepsShareNoMemory(t *testing.T) {
	check(t, SharedFlow(), ``, 1)
	if !reflect.DeepEqual(shared, []int{3, 1, 2}) {
		t.Errorf("a step changed the list of another: %v", shared)
	}
}
