package runner

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// TestTimeouts has steps that respect their context, and steps that don't.
func TestTimeouts(t *testing.T) {
	const timeout = 10 * time.Second
	for name, c := range map[string]struct {
		cell func(ctx context.Context, n int) (int, error)
		opts []lokki.MapOption
		took time.Duration
		want string // in the error; "" for none
	}{
		"in time":          {func(_ context.Context, n int) (int, error) { time.Sleep(8 * time.Second); return n, nil }, nil, 8 * time.Second, ""},
		"just in time":     {func(_ context.Context, n int) (int, error) { time.Sleep(9999 * time.Millisecond); return n, nil }, nil, 9999 * time.Millisecond, ""},
		"in its last gasp": {func(_ context.Context, n int) (int, error) { time.Sleep(10400 * time.Millisecond); return n, nil }, nil, 10400 * time.Millisecond, ""},
		"heeds": {func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			return 0, fmt.Errorf("sleeping: %w", ctx.Err())
		}, nil, 10 * time.Second, "Cell): it took longer than 10s: sleeping: context deadline exceeded\ninput: 0"},
		"does not heed": {func(ctx context.Context, n int) (int, error) { time.Sleep(time.Hour); return n, nil }, nil, 10500 * time.Millisecond,
			"Cell): it took longer than 10s: the step did not return when its context ended\n" +
				"hint: pass the step's ctx on to whatever it waits for, and return when ctx.Done() is closed\ninput: 0"},
		"another deadline": {func(ctx context.Context, n int) (int, error) { return 0, context.DeadlineExceeded }, nil, 0, "Cell): context deadline exceeded\ninput: 0"},
		"permanent":        {func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return 0, lokki.Permanent(ctx.Err()) }, []lokki.MapOption{retry[error](lokki.Backoff{})}, 10 * time.Second, "Cell): context deadline exceeded"},
		"retried":          {slowOnce(), []lokki.MapOption{retry[lokki.TimedOut](lokki.Backoff{})}, 12 * time.Second, ""},
		"exits":            {func(context.Context, int) (int, error) { panic("at the disco") }, nil, 0, "panic: at the disco"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				flow := cells(1, append(c.opts, lokki.Timeout(timeout))...)
				got, err := Run(lokkitest.WithCell(t.Context(), c.cell), flow, Options{})
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %s, want %s", took, c.took)
				}
				if c.want == "" && (err != nil || !reflect.DeepEqual(got, []int{0})) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("got %v, %v; want %s", got, err, c.want)
				}
				var late lokki.TimedOut
				if said := strings.Contains(c.want, "it took longer"); errors.As(err, &late) != said || said && late.After != timeout {
					t.Errorf("got %+v of %v", late, err)
				}
				time.Sleep(2 * time.Hour) // for abandoned steps
			})
		})
	}
}

// slowOnce returns a cell that is too slow the first time.
func slowOnce() func(context.Context, int) (int, error) {
	var tries atomic.Int64
	return func(ctx context.Context, n int) (int, error) {
		if tries.Add(1) == 1 {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		time.Sleep(time.Second)
		return n, nil
	}
}

// TestAbandonedStepsLeaveNothing has steps return after they were abandoned.
func TestAbandonedStepsLeaveNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Recorder
		ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
			if n == 3 {
				time.Sleep(time.Minute)
			}
			return -n, nil
		})
		flow := cells(8, lokki.Batch(4), lokki.Timeout(time.Second), lokki.TolerateFailures(50))
		got, err := Run(ctx, flow, Options{OnCall: calls.Record})
		time.Sleep(time.Hour)
		if err != nil || !reflect.DeepEqual(got, []int{-4, -5, -6, -7}) {
			t.Errorf("got %v, %v", got, err)
		}
		var late lokki.TimedOut
		seen := calls.Calls("cell")
		if len(seen) != 8 || !errors.As(seen[3].Err, &late) || seen[3].Output != nil || seen[3].End.Sub(seen[3].Start) != 1500*time.Millisecond {
			t.Errorf("the recorder has %d calls, of item 3 %+v", len(seen), seen[3])
		}
	})
}

// TestExpress: the limit covers all steps of a child together, and no rule retries it.
func TestExpress(t *testing.T) {
	for name, c := range map[string]struct {
		cell func(context.Context, int) (int, error)
		took time.Duration
		want string
	}{
		"in time":       {func(_ context.Context, n int) (int, error) { time.Sleep(2 * time.Minute); return n, nil }, 4 * time.Minute, ""},
		"heeds":         {func(ctx context.Context, n int) (int, error) { return n, sleep(ctx, 3*time.Minute) }, 5 * time.Minute, "step cell-2[0] ("},
		"does not heed": {func(_ context.Context, n int) (int, error) { time.Sleep(time.Hour); return n, nil }, 5*time.Minute + 500*time.Millisecond, "step cell[0] ("},
		"in between": {func(_ context.Context, n int) (int, error) {
			time.Sleep(150*time.Second + time.Millisecond)
			return n, nil
		}, 5*time.Minute + 2*time.Millisecond, "step cell-2[0] ("},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			mapped := lokki.Map(lokki.Start(Upto, 1), lokkitest.Cell, lokki.Express(), lokki.Retry[error](lokki.Backoff{}))
			flow := lokki.Agg(lokki.Then(mapped, lokkitest.Cell, lokki.Retry[error](lokki.Backoff{})), lokkitest.List)
			got, err := Run(lokkitest.WithCell(t.Context(), c.cell), flow, Options{})
			if took := time.Since(began); took != c.took {
				t.Errorf("%s: it took %s, want %s", name, took, c.took)
			}
			var late lokki.TimedOut
			if c.want == "" && err != nil || c.want != "" && (!errors.As(err, &late) || late.After != 5*time.Minute || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
			time.Sleep(2 * time.Hour)
		})
	}
}

// sleep sleeps unless ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
