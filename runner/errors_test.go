package runner

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func Lengthy(ctx context.Context, n int) ([]string, error) {
	return []string{strings.Repeat("gö", n)}, nil
}
func Read(ctx context.Context, s string) (string, error) { return "", errors.New("can't read") }
func Join(ctx context.Context, list []string) (string, error) {
	return strings.Join(list, ""), nil
}

// TestWording has the errors that users see, except for line numbers of this file.
func TestWording(t *testing.T) {
	failing := func(_ string, index []int, _ int) error {
		if len(index) > 0 && index[len(index)-1]%2 == 0 {
			return lokkitest.ErrBoom
		}
		return nil
	}
	cell := "errors_test.go:0: step cell[0] (github.com/lokki-build/lokki/lokki/lokkitest.Cell): boom\ninput: 0"
	for name, c := range map[string]struct {
		flow lokki.Flow[[]int]
		want string
	}{
		"a step": {cells(3, lokki.Concurrency(1)), strings.Replace(cell, "errors", "mapping", 1)},
		"a tolerant map": {lokki.Agg(lokki.Map(lokki.Start(Upto, 4), lokkitest.Cell, lokki.TolerateFailures(20), lokki.Concurrency(1)), lokkitest.List),
			"errors_test.go:0: the map over cell: 1 of 4 children failed; 20% are tolerated\n" + cell},
		"many failures": {lokki.Agg(lokki.Map(lokki.Start(Upto, 25), lokkitest.Cell, lokki.TolerateFailures(45.5), lokki.Concurrency(1)), lokkitest.List),
			"errors_test.go:0: the map over cell: 12 of 25 children failed; 45.5% are tolerated\n" + cell +
				"\n…\nerrors_test.go:0: step cell[18] (github.com/lokki-build/lokki/lokki/lokkitest.Cell): boom\ninput: 18\nand 2 more"},
	} {
		_, err := Run(t.Context(), c.flow, Options{Inject: failing})
		if got := wording(err); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
	_, err := Run(t.Context(), lokki.Agg(lokki.Map(lokki.Start(Lengthy, 100), Read), Join), Options{})
	want := "errors_test.go:0: step read[0] (github.com/lokki-build/lokki/runner.Read): can't read\ninput: \"" + strings.Repeat("gö", 66) + "g… (302 bytes)"
	if got := wording(err); got != want {
		t.Errorf("a long input: got\n%s\nwant\n%s", got, want)
	}
}

// wording returns an error without line numbers, and without the middle of a list.
func wording(err error) string {
	if err == nil {
		return ""
	}
	s := regexp.MustCompile(`(?m)^[\w/.-]*?(\w+_test\.go):\d+`).ReplaceAllString(err.Error(), "$1:0")
	return regexp.MustCompile(`(?s)(input: 0\n).*\n([^\n]*\[18\])`).ReplaceAllString(s, "$1…\n$2")
}

// TestCancelledWhilePausing ends a run in the middle of a long pause.
func TestCancelledWhilePausing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		fail := func(string, []int, int) error { return &busy{} }
		for _, tolerate := range []lokki.MapOption{nil, lokki.TolerateFailures(100)} {
			_, err := Run(ctx, cells(5, retry[*busy](lokki.Backoff{Interval: time.Hour}), tolerate), Options{Inject: failCells(fail)})
			if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Minute {
				t.Errorf("got %v after %s", err, took)
			}
		}
	})
}

func failCells(fail func(string, []int, int) error) func(string, []int, int) error {
	return func(step string, index []int, attempt int) error {
		if step != "cell" {
			return nil
		}
		return fail(step, index, attempt)
	}
}

// TestFirstErrorCutsPausesShort has one cell fail for good while the others pause.
func TestFirstErrorCutsPausesShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		fail := func(_ string, index []int, _ int) error {
			if index[0] == 3 {
				return lokkitest.ErrBoom
			}
			return &busy{}
		}
		_, err := Run(t.Context(), cells(5, retry[*busy](lokki.Backoff{Interval: time.Hour})), Options{Concurrency: 1, Inject: failCells(fail)})
		if took := time.Since(began); !errors.Is(err, lokkitest.ErrBoom) || took != 0 {
			t.Errorf("got %v after %s", err, took)
		}
	})
}
