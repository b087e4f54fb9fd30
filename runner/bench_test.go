package runner

import (
	"context"
	"fmt"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
)

// BenchmarkMap measures an item of a map that does nothing, including the codec.
func BenchmarkMap(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(b.Context(), cells(n), Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/item")
		})
	}
}

// BenchmarkChain measures a step that does nothing.
func BenchmarkChain(b *testing.B) {
	const steps = 10_000
	last := chain.NodeOf(lokki.Start(Pass, 1))
	for range steps - 1 {
		last = chain.New(last, chain.Then, Pass, chain.Caller(0))
	}
	flow, err := chain.Build(last)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := (Options{}).run(b.Context(), flow); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*steps), "ns/step")
}

func Pass(ctx context.Context, n int) (int, error) { return n, nil }
