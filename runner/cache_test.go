package runner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/failure"
)

// unreliable is a cache that fails a few times.
type unreliable struct {
	memoryCache
	gets, puts int
	err        error
}

func (u *unreliable) Get(ctx context.Context, c engine.Call) ([][]byte, error) {
	if u.gets--; u.gets >= 0 {
		return nil, u.err
	}
	return u.memoryCache.Get(ctx, c)
}

func (u *unreliable) Put(ctx context.Context, c engine.Call, values [][]byte) error {
	if u.puts--; u.puts >= 0 {
		return u.err
	}
	return u.memoryCache.Put(ctx, c, values)
}

// TestFailingCache: a step whose result can't be stored is retried, as by the state machine.
func TestFailingCache(t *testing.T) {
	full, damaged := errors.New("disk full"), failure.Name(failure.Decoding, errors.New("damaged"))
	for name, c := range map[string]struct {
		cache *unreliable
		calls int
		want  string // in the error; "" for none
	}{
		"once":        {&unreliable{puts: 1, err: full}, 4, ""},
		"always":      {&unreliable{puts: 100, err: full}, 7, "step upto (github.com/lokki-build/lokki/runner.Upto): disk full\ninput: 1"},
		"a named one": {&unreliable{puts: 1, err: damaged}, 1, "Upto): damaged"},
		"looking":     {&unreliable{gets: 1, err: full}, 0, "List): disk full"},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			flow, err := chain.Build(cells(1))
			if err != nil {
				t.Fatal(err)
			}
			var calls Recorder
			c.cache.values = map[string][][]byte{}
			_, err = execute(t.Context(), flow, Options{Concurrency: 1, OnCall: calls.Record}, c.cache, []byte("1"))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
			if len(calls.calls) != c.calls || c.calls > 3 && time.Since(began) == 0 {
				t.Errorf("%s: %d calls in %s, want %d", name, len(calls.calls), time.Since(began), c.calls)
			}
		})
	}
}
