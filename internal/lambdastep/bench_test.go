package lambdastep

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// BenchmarkInvoke measures lokki's own time for one invocation: the in-memory store
// responds immediately, the step does nothing, and logs are discarded.
func BenchmarkInvoke(b *testing.B) {
	row := map[string]any{}
	for i := range 20 {
		row[fmt.Sprintf("field-%02d", i)] = fmt.Sprintf("value %d of a row of about one kilobyte", i)
	}
	for name, value := range map[string]any{"10 B": "0123456", "1 KB": row} {
		b.Run(name, func(b *testing.B) { benchmarkInvoke(b, value) })
	}
}

func benchmarkInvoke(b *testing.B, value any) {
	s := &forgetful{Memory: store.NewMemory()}
	h := newHandler(step.Of(func(_ context.Context, v any) (any, error) { return v, nil }),
		newLogs(io.Discard), func(*atomic.Int64) (place, error) { return place{s, "test-bucket", "lokki"}, nil })
	encoded, err := codec.Marshal(value)
	if err != nil {
		b.Fatal(err)
	}
	first := fmt.Appendf(nil, `{"flow":"f","run":"r","step":"a","path":"","defaults":%s}`, encoded)
	if _, err := h.Invoke(b.Context(), first); err != nil {
		b.Fatal(err)
	}
	s.closed = true
	then := []byte(`{"flow":"f","run":"r","step":"b","path":"","from":"a"}`)
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Invoke(ctx, then); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGather measures lokki's own time for an aggregation, per item.
func BenchmarkGather(b *testing.B) {
	const items = 10_000
	s := &forgetful{Memory: store.NewMemory()}
	place := func(*atomic.Int64) (place, error) { return place{s, "test-bucket", "lokki"}, nil }
	child := newHandler(step.Of(func(_ context.Context, n int) (string, error) { return fmt.Sprintf("%0100d", n), nil }), newLogs(io.Discard), place)
	for i := range items {
		payload := fmt.Appendf(nil, `{"flow":"f","run":"r","step":"a","path":"%s","defaults":%d}`, envelope.Child("", i), i)
		if _, err := child.Invoke(b.Context(), payload); err != nil {
			b.Fatal(err)
		}
	}
	s.closed = true
	h := newHandler(step.Of(func(_ context.Context, list []string) (int, error) { return len(list), nil }), newLogs(io.Discard), place)
	payload := fmt.Appendf(nil, `{"flow":"f","run":"r","step":"b","path":"","from":"a","count":%d}`, items)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Invoke(b.Context(), payload); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*items), "ns/item")
}

// forgetful reads what is put once it is closed, but discards it, so that a step
// can be run again.
type forgetful struct {
	*store.Memory
	closed bool
}

func (f *forgetful) Put(ctx context.Context, key string, body io.Reader) error {
	if !f.closed {
		return f.Memory.Put(ctx, key, body)
	}
	_, err := io.Copy(io.Discard, body)
	return err
}
