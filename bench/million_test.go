package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
)

// million is the list of the largest target.
const million = 1_000_000

// order tells listSightings what to do.
type order struct {
	Count  int    `json:"count"`  // items to list
	Report string `json:"report"` // a file: instead, to write there how the last list went
}

// course is how storing a list went, as seen by the worker.
type course struct {
	Returned time.Time // when the step returned the list
	List     uint64    // heap with nothing but the list and the idle process, in bytes
	Peak     uint64    // the most there was afterwards, garbage not yet collected included
}

var last struct {
	course
	stop chan struct{}
	done chan struct{}
}

// listSightings is the step whose list is mapped. The measurement begins when it
// returns.
func listSightings(_ context.Context, in order) ([]sighting, error) {
	if in.Report != "" {
		close(last.stop)
		<-last.done
		data, err := json.Marshal(last.course)
		if err != nil {
			return nil, err
		}
		return nil, os.WriteFile(in.Report, data, 0o644)
	}
	list := sightings(in.Count)
	runtime.GC()
	last.stop, last.done = make(chan struct{}), make(chan struct{})
	last.List, last.Peak = heap(), 0
	go watchHeap()
	last.Returned = time.Now()
	return list, nil
}

// watchHeap reads the heap's size every millisecond, which takes microseconds.
func watchHeap() {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	defer close(last.done)
	for {
		last.Peak = max(last.Peak, heap())
		select {
		case <-tick.C:
		case <-last.stop:
			return
		}
	}
}

// heap returns the size of all objects on the heap, in bytes.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// BenchmarkMillion stores a list of a million items. It measures from the step's
// return to the invocation's response, in a process that does nothing else.
func BenchmarkMillion(b *testing.B) {
	c := newCloud(b)
	report := filepath.Join(b.TempDir(), "report.json")
	var seconds, above, listed []float64
	for round := 0; b.Loop(); round++ {
		host := c.self(b, "list")
		run := func(name string, o order) envelope.Reply {
			r := envelope.Request{Step: "list", Run: fmt.Sprintf("%s-%d", name, round), Split: 1}
			var err error
			if r.Input, err = json.Marshal(o); err != nil {
				b.Fatal(err)
			}
			r.Defaults = json.RawMessage(`{"count":0,"report":""}`)
			return c.invoke(b, host, r)
		}
		run("warm", order{Count: 1})
		run("warm-report", order{Report: report})
		reply := run("million", order{Count: million})
		answered := time.Now()
		if *reply.Count != million {
			b.Fatalf("%d items are stored, want %d", *reply.Count, million)
		}
		run("million-report", order{Report: report})
		host.Close()
		data, err := os.ReadFile(report)
		if err != nil {
			b.Fatal(err)
		}
		var got course
		if err := json.Unmarshal(data, &got); err != nil {
			b.Fatal(err)
		}
		seconds = append(seconds, answered.Sub(got.Returned).Seconds())
		above, listed = append(above, float64(got.Peak-got.List)/1e6), append(listed, float64(got.List)/1e6)
	}
	b.ReportMetric(median(seconds), "s")
	b.ReportMetric(median(above), "MB-above-list")
	b.ReportMetric(median(listed), "MB-list")
}
