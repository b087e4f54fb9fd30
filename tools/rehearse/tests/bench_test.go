package tests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/peakmem"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// BenchmarkMap rehearses one wide map and reports the execution's items per
// second, and the rehearsal process's peak memory.
func BenchmarkMap(b *testing.B) {
	memory := peakmem.Of(os.Getpid())
	defer memory.Close()
	for _, c := range []struct{ items, batch int }{{10_000, 1}, {100_000, 100}, {100_000, 1}} {
		b.Run(fmt.Sprintf("%dBy%d", c.items, c.batch), func(b *testing.B) {
			a := artifacts(b, trees.Numbers(c.items, c.batch), config.Defaults())
			for b.Loop() {
				r, err := rehearse.Run(b.Context(), a, rehearse.Options{Concurrency: 8 * runtime.GOMAXPROCS(0), Backoff: 1})
				if err != nil || r.Failed != nil || string(r.Result) != strconv.Itoa(c.items*(c.items-1)) {
					b.Fatalf("%s, %v, %v", r.Result, r.Failed, err)
				}
				for _, s := range r.Steps {
					if m := a.Graph.Nodes[1].Map; m != nil && s.Name == m.Name {
						b.ReportMetric(float64(c.items)/s.Last.Sub(s.First).Seconds(), "items/s")
					}
				}
			}
			b.ReportMetric(float64(memory.Bytes())/(1<<20), "MB")
		})
	}
}

// BenchmarkPlain is the upper bound for a map in batches of one: one program
// that makes the same two requests to the same S3 server for each item, without
// functions, a state machine and permissions.
func BenchmarkPlain(b *testing.B) {
	const bucket, items = "plain", 10_000
	store := s3store.New(s3test.Start(b, bucket).Client(), bucket)
	value := []byte("a small value")
	if err := store.Put(b.Context(), "in", bytes.NewReader(value)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var all sync.WaitGroup
		began := time.Now()
		workers := 8 * runtime.GOMAXPROCS(0)
		for first := range workers {
			all.Go(func() {
				for i := first; i < items; i += workers {
					if err := getAndPut(b.Context(), store, "in", fmt.Sprintf("lokki/plain/run/step/%d/output", i)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		b.ReportMetric(items/time.Since(began).Seconds(), "items/s")
	}
}

// BenchmarkStart is from the call to the result of a small flow.
func BenchmarkStart(b *testing.B) {
	a := artifacts(b, trees.Numbers(3, 1), config.Defaults())
	for b.Loop() {
		began := time.Now()
		r, err := rehearse.Run(b.Context(), a, rehearse.Options{Concurrency: 8, Backoff: 1})
		if err != nil || r.Failed != nil {
			b.Fatal(err, r.Failed)
		}
		b.ReportMetric(time.Since(began).Seconds()*1e3, "ms")
	}
}

func getAndPut(ctx context.Context, s store.Store, from, to string) error {
	body, err := s.Get(ctx, from, 0, -1)
	if err != nil {
		return err
	}
	value, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err != nil {
		return err
	}
	return s.Put(ctx, to, bytes.NewReader(value))
}
