package runner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/failure"
)

// unreliable is a keeper that fails a few times.
type unreliable struct {
	keptInMemory
	finds, keeps int
	err          error
}

func (u *unreliable) find(ctx context.Context, c call) ([][]byte, error) {
	if u.finds--; u.finds >= 0 {
		return nil, u.err
	}
	return u.keptInMemory.find(ctx, c)
}

func (u *unreliable) keep(ctx context.Context, c call, values [][]byte) error {
	if u.keeps--; u.keeps >= 0 {
		return u.err
	}
	return u.keptInMemory.keep(ctx, c, values)
}

// TestFailingKeeper: a step whose result can't be stored is retried, as by the state machine.
func TestFailingKeeper(t *testing.T) {
	full, damaged := errors.New("disk full"), failure.Name(failure.Decoding, errors.New("damaged"))
	for name, c := range map[string]struct {
		keeper *unreliable
		calls  int
		want   string // in the error; "" for none
	}{
		"once":        {&unreliable{keeps: 1, err: full}, 4, ""},
		"always":      {&unreliable{keeps: 100, err: full}, 7, "step upto (github.com/lokki-build/lokki/runner.Upto): disk full\ninput: 1"},
		"a named one": {&unreliable{keeps: 1, err: damaged}, 1, "Upto): damaged"},
		"looking":     {&unreliable{finds: 1, err: full}, 0, "List): disk full"},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			flow, err := chain.Build(cells(1).Chain())
			if err != nil {
				t.Fatal(err)
			}
			var calls Recorder
			c.keeper.values = map[string][][]byte{}
			_, err = execute(t.Context(), flow, Options{Concurrency: 1, OnCall: calls.Record}, c.keeper, []byte("1"))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
			if len(calls.calls) != c.calls || c.calls > 3 && time.Since(began) == 0 {
				t.Errorf("%s: %d calls in %s, want %d", name, len(calls.calls), time.Since(began), c.calls)
			}
		})
	}
}
