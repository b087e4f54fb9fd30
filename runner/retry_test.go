package runner

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

type busy struct{ n int }

func (e *busy) Error() string { return fmt.Sprintf("busy with %d", e.n) }

type broken struct{}

func (broken) Error() string { return "broken" }

func retry[E error](b lokki.Backoff) lokki.MapOption { return lokki.Retry[E](b) }

// TestRetries has the only cell fail with the listed errors, and then succeed.
func TestRetries(t *testing.T) {
	type errs = []error
	second := lokki.Backoff{}
	b := &busy{}
	for name, c := range map[string]struct {
		opts    []lokki.MapOption
		fails   errs
		backoff float64
		took    time.Duration
		err     error // nil: it succeeds in the end
	}{
		"no rule":                     {nil, errs{b}, 0, 0, b},
		"a rule":                      {[]lokki.MapOption{retry[*busy](second)}, errs{b, b, b}, 0, 7 * time.Second, nil},
		"its attempts are over":       {[]lokki.MapOption{retry[*busy](second)}, errs{b, b, b, b}, 0, 7 * time.Second, b},
		"another error":               {[]lokki.MapOption{retry[*busy](second)}, errs{broken{}}, 0, 0, broken{}},
		"wrapped":                     {[]lokki.MapOption{retry[*busy](second)}, errs{fmt.Errorf("asking: %w", b)}, 0, time.Second, nil},
		"every error":                 {[]lokki.MapOption{retry[error](second)}, errs{broken{}, lokkitest.ErrBoom}, 0, 3 * time.Second, nil},
		"attempts of each rule":       {[]lokki.MapOption{retry[*busy](lokki.Backoff{Attempts: 1}), retry[broken](lokki.Backoff{Attempts: 2, Interval: 10 * time.Second})}, errs{broken{}, b, broken{}}, 0, 31 * time.Second, nil},
		"one rule's are over":         {[]lokki.MapOption{retry[*busy](lokki.Backoff{Attempts: 1}), retry[broken](second)}, errs{b, broken{}, b}, 0, 2 * time.Second, b},
		"the first rule that matches": {[]lokki.MapOption{retry[error](lokki.Backoff{Attempts: 5}), retry[*busy](lokki.Backoff{Attempts: 1})}, errs{b, b}, 0, time.Second, b},
		"rate and cap":                {[]lokki.MapOption{retry[*busy](lokki.Backoff{Attempts: 4, Interval: 2 * time.Second, Rate: 3, Cap: 10 * time.Second})}, errs{b, b, b, b}, 0, 28 * time.Second, nil},
		"permanent":                   {[]lokki.MapOption{retry[error](second)}, errs{lokki.Permanent(b)}, 0, 0, b},
		"transient, without a rule":   {nil, errs{lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b)}, NoBackoff, 0, nil},
		"transient too often":         {nil, errs{lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b), lokki.Transient(b)}, NoBackoff, 0, b},
		"half as long":                {[]lokki.MapOption{retry[*busy](second)}, errs{b, b}, 0.5, 1500 * time.Millisecond, nil},
		"at once":                     {[]lokki.MapOption{retry[*busy](second)}, errs{b, b}, NoBackoff, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
					if tries++; tries <= len(c.fails) {
						return 0, c.fails[tries-1]
					}
					return n, nil
				})
				began := time.Now()
				got, err := Run(ctx, cells(1, c.opts...), Options{Backoff: c.backoff})
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %s, want %s", took, c.took)
				}
				if c.err == nil && (err != nil || !reflect.DeepEqual(got, []int{0})) || c.err != nil && !errors.Is(err, c.err) {
					t.Errorf("got %v, %v; want %v", got, err, c.err)
				}
				if want := len(c.fails); c.err != nil && tries != want {
					t.Errorf("%d tries, want %d", tries, want)
				}
			})
		})
	}
}

// TestThrottledCalls has ten places for cells, as a new account has for Lambdas,
// and throttles the others as Lambda would: by the rules of the state machine all
// get their turn, and the pauses add at most half to the time that a queue would take.
func TestThrottledCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := failure.Name("Lambda.TooManyRequestsException", errors.New("rate exceeded"))
		slots := make(chan struct{}, 10)
		ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
			select {
			case slots <- struct{}{}:
			default:
				return 0, refused
			}
			time.Sleep(15 * time.Second)
			<-slots
			return n, nil
		})
		began := time.Now()
		got, err := Run(ctx, cells(150), Options{Concurrency: 150})
		took := time.Since(began)
		if want := 225 * time.Second; err != nil || len(got) != 150 || took < want || took > want*3/2 {
			t.Errorf("got %d cells and %v in %s, a queue takes %s", len(got), err, took, want)
		}
	})
}

func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		var last time.Time
		ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
			if pause := time.Since(last); !last.IsZero() && (pause < 0 || pause > time.Hour) {
				t.Errorf("a pause of %s", pause)
			} else {
				seen[pause] = true
			}
			last = time.Now()
			return 0, &busy{}
		})
		_, err := Run(ctx, cells(1, retry[*busy](lokki.Backoff{Interval: time.Hour, Rate: 1, Attempts: 20, Jitter: true})), Options{})
		if err == nil || len(seen) < 20 {
			t.Errorf("got %v after %d pauses of different lengths", err, len(seen))
		}
	})
}

// TestPanicsAreRetried: a panic matches rules for all errors, but not its value's type.
func TestPanicsAreRetried(t *testing.T) {
	tries := 0
	ctx := lokkitest.WithCell(t.Context(), func(context.Context, int) (int, error) {
		tries++
		panic(&busy{tries})
	})
	for _, c := range []struct {
		rule lokki.MapOption
		want int
	}{{retry[*busy](lokki.Backoff{Attempts: 3}), 1}, {retry[error](lokki.Backoff{Attempts: 3}), 4}} {
		tries = 0
		_, err := Run(ctx, cells(1, c.rule), Options{Backoff: NoBackoff})
		if tries != c.want || err == nil || !strings.Contains(err.Error(), fmt.Sprintf("panic: busy with %d\n", c.want)) {
			t.Errorf("%d tries, want %d: %v", tries, c.want, err)
		}
	}
}

// TestPausesLeaveTheSlot has one cell pause while the only slot works on the
// others, and continue as soon as the slot is released.
func TestPausesLeaveTheSlot(t *testing.T) {
	for pause, want := range map[time.Duration]string{
		10 * time.Second: "[0 at 0s 1 at 1.5s 2 at 3s 3 at 4.5s 0 at 11.5s]",
		2 * time.Second:  "[0 at 0s 1 at 1.5s 2 at 3s 0 at 4.5s 3 at 6s]",
	} {
		synctest.Test(t, func(t *testing.T) {
			var order []string
			began := time.Now()
			ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
				order = append(order, fmt.Sprint(n, " at ", time.Since(began)))
				time.Sleep(1500 * time.Millisecond)
				if len(order) == 1 {
					return 0, &busy{}
				}
				return n, nil
			})
			_, err := Run(ctx, cells(4, retry[*busy](lokki.Backoff{Interval: pause})), Options{Concurrency: 1})
			if got := fmt.Sprint(order); err != nil || got != want {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
}
