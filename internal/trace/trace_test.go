package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/progress"
)

var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// event is an event as a reader of the format sees it.
type event struct {
	Phase string  `json:"ph"`
	Name  string  `json:"name"`
	PID   int     `json:"pid"`
	TID   int     `json:"tid"`
	TS    float64 `json:"ts"`
	Dur   float64 `json:"dur"`
	Args  struct {
		Name    string `json:"name"`
		Index   string `json:"index"`
		Attempt int    `json:"attempt"`
		Error   string `json:"error"`
	} `json:"args"`
}

func parse(t *testing.T, data []byte) []event {
	t.Helper()
	var file struct {
		TraceEvents []event `json:"traceEvents"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, data)
	}
	if _, err := decoder.Token(); err != io.EOF {
		t.Fatalf("more than one value: %v", err)
	}
	return file.TraceEvents
}

func TestTrace(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, "birds-flow", begin)
	at := func(micros float64) time.Time {
		return begin.Add(time.Duration(micros * float64(time.Microsecond)))
	}
	w.Call(progress.Call{Step: "get-birds", Attempt: 1, Begin: at(1), End: at(11.25)})
	w.Call(progress.Call{Step: "flap-bird", Index: []int{3, 17}, Attempt: 1, Begin: at(12), End: at(13), Err: errors.New("a \"quote\"\nand a line"), Again: true})
	w.Call(progress.Call{Step: "flap-bird", Index: []int{3, 17}, Attempt: 2, Begin: at(12.5), End: at(14)})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := `{"displayTimeUnit":"ms","traceEvents":[
{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"birds-flow"}},
{"ph":"X","cat":"step","pid":1,"tid":1,"name":"get-birds","ts":1,"dur":10.250,"args":{"attempt":1}},
{"ph":"X","cat":"step","pid":1,"tid":1,"name":"flap-bird","ts":12,"dur":1,"args":{"attempt":1,"index":"3/17","error":"a \"quote\"\nand a line"}},
{"ph":"X","cat":"step","pid":1,"tid":2,"name":"flap-bird","ts":12.500,"dur":1.500,"args":{"attempt":2,"index":"3/17"}},
{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"worker 1"}},
{"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"worker 2"}}
]}
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	parse(t, out.Bytes())
}

// TestTracks has calls of several workers at random times: all of them are written,
// none overlaps another one of its track, and there are no more tracks than workers.
func TestTracks(t *testing.T) {
	const workers, each = 8, 500
	type span struct{ begin, end int }
	var spans []span
	r := rand.New(rand.NewPCG(1, 2))
	for range workers {
		now := 0
		for range each {
			now += r.IntN(20)
			end := now + 1 + r.IntN(100)
			spans = append(spans, span{now, end})
			now = end
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.end - b.end }) // as they end
	var out bytes.Buffer
	w := New(&out, "birds-flow", begin)
	for i, s := range spans {
		w.Call(progress.Call{
			Step: "flap-bird", Index: []int{i}, Attempt: 1,
			Begin: begin.Add(time.Duration(s.begin) * time.Microsecond), End: begin.Add(time.Duration(s.end) * time.Microsecond),
		})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, parse(t, out.Bytes()), workers*each, workers)
}

// check checks what a viewer relies on.
func check(t *testing.T, events []event, calls, tracks int) {
	t.Helper()
	ends := map[int]float64{}
	named := map[int]bool{}
	seen := map[string]bool{}
	for _, e := range events {
		switch {
		case e.Phase == "M" && e.Name == "thread_name":
			named[e.TID] = true
		case e.Phase == "X":
			if e.TS < ends[e.TID] {
				t.Fatalf("call %s begins at %v, when track %d is taken until %v", e.Args.Index, e.TS, e.TID, ends[e.TID])
			}
			ends[e.TID] = e.TS + e.Dur
			seen[e.Args.Index] = true
		}
	}
	if len(seen) != calls || len(ends) > tracks || len(named) != len(ends) {
		t.Errorf("%d of %d calls, %d tracks for %d workers, %d named", len(seen), calls, len(ends), tracks, len(named))
	}
}

func TestConcurrentCalls(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, "birds-flow", time.Now())
	var workers sync.WaitGroup
	for k := range 4 {
		workers.Go(func() {
			for i := range 250 {
				now := time.Now()
				w.Call(progress.Call{Step: "flap-bird", Index: []int{k, i}, Attempt: 1, Begin: now, End: now.Add(time.Nanosecond)})
			}
		})
	}
	workers.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, e := range parse(t, out.Bytes()) {
		if e.Phase == "X" {
			seen[e.Args.Index]++
		}
	}
	for k := range 4 {
		for i := range 250 {
			if n := seen[fmt.Sprintf("%d/%d", k, i)]; n != 1 {
				t.Errorf("call %d of worker %d is there %d times", i, k, n)
			}
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d calls, want 1000", len(seen))
	}
}

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// TestFullDisk: a full disk is an error of Close, and is no longer written to.
func TestFullDisk(t *testing.T) {
	w := New(&full{room: 1 << 17}, "birds-flow", begin)
	for i := range 10_000 {
		w.Call(progress.Call{Step: "flap-bird", Index: []int{i}, Begin: begin, End: begin})
	}
	if err := w.Close(); err == nil || err.Error() != "no space left on device" {
		t.Errorf("got %v", err)
	}
}

func BenchmarkCall(b *testing.B) {
	for _, lanes := range []int{2, 64} {
		b.Run(fmt.Sprint("workers=", lanes), func(b *testing.B) {
			w := New(io.Discard, "birds-flow", begin)
			c := progress.Call{Step: "flap-bird", Index: []int{3, 17}, Attempt: 1}
			for i := range b.N {
				c.Begin = begin.Add(time.Duration(i-lanes) * time.Microsecond)
				c.End = begin.Add(time.Duration(i) * time.Microsecond)
				w.Call(c)
			}
		})
	}
}
