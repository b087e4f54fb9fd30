package fanout_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// sink is a store that reads what is put and discards it.
type sink struct{ *store.Memory }

func (sink) Put(_ context.Context, _ string, body io.Reader) error {
	_, err := io.Copy(io.Discard, body)
	return err
}

// rows returns n items of about 100 bytes.
func rows(n int) [][]byte {
	items := make([][]byte, n)
	for i := range items {
		items[i] = fmt.Appendf(nil, `{"id":%d,"name":"bird %d","place":"%d.%d N","note":"%s"}`, i, i*7919%1000, i%90, i*31%1000, strings.Repeat("ab", 20))
	}
	return items
}

func BenchmarkStore(b *testing.B) {
	for _, n := range []int{1, 100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			items := rows(n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := fanout.Store(b.Context(), sink{store.NewMemory()}, at, 1, sequence(items)); err != nil {
					b.Fatal(err)
				}
			}
			perItem(b, n)
		})
	}
}

func BenchmarkReadBatch(b *testing.B) {
	const n = 100_000
	s := store.NewMemory()
	if _, err := fanout.Store(b.Context(), s, at, 1, sequence(rows(n))); err != nil {
		b.Fatal(err)
	}
	r, err := s.Get(b.Context(), at.Batches, 0, -1)
	if err != nil {
		b.Fatal(err)
	}
	var all []envelope.Batch
	if err := json.NewDecoder(r).Decode(&all); err != nil {
		b.Fatal(err)
	}
	next := 0
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fanout.ReadBatch(b.Context(), s, at.Items, all[next%n]); err != nil {
			b.Fatal(err)
		}
		next += 7919
	}
}

func BenchmarkArray(b *testing.B) {
	const n = 10_000
	array := append(append([]byte("["), bytes.Join(rows(n), []byte(","))...), ']')
	var elements []json.RawMessage
	b.Run("split", func(b *testing.B) {
		b.SetBytes(int64(len(array)))
		for b.Loop() {
			elements = elements[:0]
			for e, err := range fanout.SplitArray(array) {
				if err != nil {
					b.Fatal(err)
				}
				elements = append(elements, e)
			}
		}
		perItem(b, n)
	})
	b.Run("join", func(b *testing.B) {
		b.SetBytes(int64(len(array)))
		for b.Loop() {
			fanout.JoinArray(elements)
		}
		perItem(b, n)
	})
}

func perItem(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/item")
}
