package localrun_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func cells(n int) lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Upto, n), lokkitest.Cell), lokkitest.List)
}

func Upto(ctx context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}

// BenchmarkStore measures an item of a map that does nothing, in turn without a
// store, with one in a directory until everything is synced to disk, and when the
// run is resumed before its last step, which finds each item. It also reports
// processor time, which other work on the machine affects less.
func BenchmarkStore(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			flow, err := chain.Build(cells(n))
			if err != nil {
				b.Fatal(err)
			}
			last := flow.Plan.Result().Name
			var way [3]struct{ time, cpu []float64 }
			for b.Loop() {
				folder := b.TempDir()
				for i, k := range []*runs.Config{nil, {Run: "r"}, {Resume: "r", From: last}} {
					if k != nil {
						k.Store, k.Fingerprints, k.Now = folder, fingerprints(flow).Of, time.Now()
					}
					wall, cpu := time.Now(), processorTime(b)
					if _, err := localrun.Run(b.Context(), flow, localrun.Options{Store: k, Opened: func(*runs.Run) {}}); err != nil {
						b.Fatal(err)
					}
					way[i].time = append(way[i].time, float64(time.Since(wall))/float64(n))
					way[i].cpu = append(way[i].cpu, float64(processorTime(b)-cpu)/float64(n))
				}
			}
			for i, name := range []string{"memory", "store", "found"} {
				b.ReportMetric(middle(way[i].time), name+"-ns/item")
				b.ReportMetric(middle(way[i].cpu), name+"-cpu-ns/item")
			}
			b.ReportMetric(middle(way[1].time)/middle(way[0].time), "store/memory")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func fingerprints(flow chain.Flow) fingerprint.Steps {
	all := fingerprint.Steps{}
	for _, n := range flow.Plan.Steps {
		all[n.Function] = strings.Repeat("0", 64)
	}
	return all
}

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// processorTime returns the processor time of this process so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
