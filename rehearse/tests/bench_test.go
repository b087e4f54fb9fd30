package tests

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/lokki/graph"
	"github.com/lokki-build/lokki/rehearse"
	"github.com/lokki-build/lokki/rehearse/tests/trees"
	"github.com/lokki-build/lokki/tools/config"
)

// BenchmarkMap rehearses one wide map and reports the items a second of the whole
// execution, and the most memory that the rehearsal's own process had.
func BenchmarkMap(b *testing.B) {
	for _, c := range []struct{ items, batch int }{{2_000, 1}, {100_000, 100}} {
		b.Run(fmt.Sprintf("%dBy%d", c.items, c.batch), func(b *testing.B) {
			a := artifacts(b, trees.Numbers(c.items, c.batch), config.Defaults())
			for b.Loop() {
				r, err := rehearse.Run(b.Context(), a, rehearse.Options{Concurrency: 4 * runtime.GOMAXPROCS(0), Backoff: 1})
				if err != nil || r.Failed != nil || string(r.Result) != strconv.Itoa(c.items*(c.items-1)) {
					b.Fatalf("%s, %v, %v", r.Result, r.Failed, err)
				}
				for _, s := range r.Steps {
					if a.Graph.Nodes[1].Kind == graph.Map && s.Name == a.Graph.Nodes[1].Name {
						b.ReportMetric(float64(c.items)/s.Last.Sub(s.First).Seconds(), "items/s")
					}
				}
			}
			b.ReportMetric(float64(peak())/(1<<20), "MB")
		})
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

// peak is the most memory of this process, in bytes; 0 where the system doesn't tell.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, _ := strconv.Atoi(strings.Fields(rest + " 0")[0])
	return kb << 10
}
