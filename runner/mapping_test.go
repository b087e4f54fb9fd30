package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// cells maps the numbers 0 to n-1 over Cell.
func cells(n int, opts ...lokki.MapOption) lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Upto, n), lokkitest.Cell, opts...), lokkitest.List)
}

func Upto(ctx context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}

// TestBatches checks the order of calls: the items of a batch one after the other,
// step by step.
func TestBatches(t *testing.T) {
	var calls Recorder
	flow := lokki.Agg(lokki.Then(lokki.Map(lokki.Start(Upto, 5), lokkitest.Cell, lokki.Batch(2)), Negate), lokkitest.List)
	got, err := Run(t.Context(), flow, Options{Concurrency: 1, OnCall: calls.Record})
	if err != nil || !reflect.DeepEqual(got, []int{0, -1, -2, -3, -4}) {
		t.Fatalf("got %v, %v", got, err)
	}
	var order []string
	for _, c := range calls.calls[1:11] {
		order = append(order, fmt.Sprint(c.Step, c.Index))
	}
	if got, want := strings.Join(order, " "), "cell[0] cell[1] negate[0] negate[1] cell[2] cell[3] negate[2] negate[3] cell[4] negate[4]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func Negate(ctx context.Context, n int) (int, error) { return -n, nil }

// TestBatchesAreTriedAsAWhole has an item in the middle of a batch fail.
func TestBatchesAreTriedAsAWhole(t *testing.T) {
	var calls Recorder
	fail := func(step string, index []int, attempt int) error {
		if step == "cell" && index[0] == 4 && attempt < 3 {
			return &busy{attempt}
		}
		return nil
	}
	flow := cells(7, lokki.Batch(3), lokki.Retry[*busy](lokki.Backoff{}))
	got, err := Run(t.Context(), flow, Options{Backoff: NoBackoff, Inject: fail, OnCall: calls.Record})
	if err != nil || !reflect.DeepEqual(got, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("got %v, %v", got, err)
	}
	tries := map[int]int{}
	for _, c := range calls.Calls("cell") {
		tries[c.Index[0]] = c.Attempt
	}
	if want := map[int]int{0: 1, 1: 1, 2: 1, 3: 3, 4: 3, 5: 3, 6: 1}; !reflect.DeepEqual(tries, want) {
		t.Errorf("tries %v, want %v", tries, want)
	}
	_, err = Run(t.Context(), cells(7, lokki.Batch(3)), Options{Inject: fail})
	if want := "step cell[4] (github.com/lokki-build/lokki/lokki/lokkitest.Cell): busy with 1\ninput: 4"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTolerance has some cells fail for good.
func TestTolerance(t *testing.T) {
	failing := func(numbers ...int) func(string, []int, int) error {
		return func(step string, index []int, _ int) error {
			for _, n := range numbers {
				if step == "cell" && index[len(index)-1] == n {
					return lokkitest.ErrBoom
				}
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		flow   lokki.Flow[[]int]
		inject func(string, []int, int) error
		want   []int // nil: the map fails
	}{
		"none fails":           {cells(4, lokki.TolerateFailures(1)), failing(), []int{0, 1, 2, 3}},
		"as many as may":       {cells(10, lokki.TolerateFailures(20)), failing(0, 9), []int{1, 2, 3, 4, 5, 6, 7, 8}},
		"one more":             {cells(10, lokki.TolerateFailures(20)), failing(0, 5, 9), nil},
		"parts of percents":    {cells(8, lokki.TolerateFailures(12.4)), failing(3), nil},
		"all":                  {cells(3, lokki.TolerateFailures(100)), failing(0, 1, 2), []int{}},
		"batches are counted":  {cells(10, lokki.TolerateFailures(20), lokki.Batch(2)), failing(2), []int{0, 1, 4, 5, 6, 7, 8, 9}},
		"two of five batches":  {cells(10, lokki.TolerateFailures(20), lokki.Batch(2)), failing(2, 4), nil},
		"twice in one batch":   {cells(10, lokki.TolerateFailures(20), lokki.Batch(2)), failing(2, 3), []int{0, 1, 4, 5, 6, 7, 8, 9}},
		"an empty list":        {cells(0, lokki.TolerateFailures(20)), failing(0), []int{}},
		"nested, both may":     {nested(lokki.TolerateFailures(50), lokki.TolerateFailures(50)), failing(0), []int{1, 3}},
		"nested, the outer":    {nested(lokki.TolerateFailures(50), nil), failing(2), []int{0, 1}},
		"nested, too many":     {nested(lokki.TolerateFailures(30), nil), failing(1), nil},
		"nested, only inner":   {nested(nil, lokki.TolerateFailures(50)), failing(2), []int{0, 1, 1}},
		"nested, inner exceed": {nested(lokki.TolerateFailures(34), lokki.TolerateFailures(30)), failing(2), []int{0, 1}},
	} {
		for _, concurrency := range []int{1, 4} {
			got, err := Run(t.Context(), c.flow, Options{Concurrency: concurrency, Inject: c.inject})
			if c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)) {
				t.Errorf("%s: got %v, %v; want %v", name, got, err, c.want)
			}
			if c.want == nil && (!errors.Is(err, lokkitest.ErrBoom) || failure.Type(err) != failure.Threshold) {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
		}
	}
}

// TestToleratedFailuresAreNotFailedCalls checks how the view counts them, until
// there is one too many.
func TestToleratedFailuresAreNotFailedCalls(t *testing.T) {
	fail := func(step string, index []int, _ int) error {
		if step == "cell" && index[0] < 2 {
			return lokkitest.ErrBoom
		}
		return nil
	}
	for tolerated, want := range map[float64]string{20: "\n2 tolerated failures:\n  cell[0]: boom\n  cell[1]: boom\n", 10: "\n2 failed calls:\n  cell[0]: boom\n  cell[1]: boom\n"} {
		var out bytes.Buffer
		_, err := Run(t.Context(), cells(10, lokki.TolerateFailures(tolerated)), Options{Concurrency: 1, Inject: fail, Progress: &out})
		if (err == nil) != (tolerated == 20) || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "failed") == (err == nil) {
			t.Errorf("%v%%: %v\n%s", tolerated, err, out.String())
		}
	}
}

// nested maps 0, 1 and 2 over lists of 1, 2 and 3 numbers that add up to 0, 1
// and 3; a lost number is missing from its sum.
func nested(outer, inner lokki.MapOption) lokki.Flow[[]int] {
	lists := lokki.Map(lokki.Start(Upto, 3), UptoIncluding, outer)
	return lokki.Agg(lokki.Agg(lokki.Map(lists, lokkitest.Cell, inner), lokkitest.SumRow), lokkitest.List)
}

func UptoIncluding(ctx context.Context, n int) ([]int, error) { return Upto(ctx, n+1) }

// TestMapConcurrency counts the children of maps that run at the same time.
func TestMapConcurrency(t *testing.T) {
	for _, c := range []struct {
		outer, inner lokki.MapOption
		slots, want  int
	}{
		{nil, lokki.Concurrency(1), 8, 4}, // each of the 4 outer children has one
		{lokki.Concurrency(1), nil, 8, 5},
		{lokki.Concurrency(2), lokki.Concurrency(3), 8, 6},
		{lokki.Concurrency(2), lokki.Concurrency(3), 4, 4},
		{nil, nil, 7, 7},
		{nil, nil, 1, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			running, most := 0, 0
			ctx := lokkitest.WithCell(t.Context(), func(context.Context, int) (int, error) {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				mu.Unlock()
				return 1, nil
			})
			rows := lokki.Map(lokki.Start(lokkitest.Rows, lokkitest.Table{Rows: 4, Columns: 5}), lokkitest.Row, c.outer)
			flow := lokki.Agg(lokki.Agg(lokki.Map(rows, lokkitest.Cell, c.inner), lokkitest.SumRow), lokkitest.SumRows)
			if got, err := Run(ctx, flow, Options{Concurrency: c.slots}); err != nil || got != 20 || most != c.want {
				t.Errorf("%+v: got %v, %v with %d at the same time", c, got, err, most)
			}
		})
	}
}

// TestPipelined has the first item wait in the first step of a map until the
// second item leaves the last step.
func TestPipelined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which ends the test if all goroutines wait
		through := make(chan struct{})
		ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
			if n == 0 {
				<-through
			}
			return n, nil
		})
		tell := func(c Call) {
			if c.Step == "negate" && c.Index[0] == 1 {
				close(through)
			}
		}
		flow := lokki.Agg(lokki.Then(lokki.Map(lokki.Start(Upto, 2), lokkitest.Cell), Negate), lokkitest.List)
		if got, err := Run(ctx, flow, Options{Concurrency: 2, OnCall: tell}); err != nil || !reflect.DeepEqual(got, []int{0, -1}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}
