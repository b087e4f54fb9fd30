package progress

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plaintext"
)

// every is the least time between two progress events of a step.
const every = time.Second

// events writes a run as JSON, one event per line. docs/local-run.md documents
// the names and fields, and a test compares them.
type events struct {
	w       io.Writer
	index   map[string]int // of the steps by name
	started []bool
	through []bool
	last    []Step // as last reported
	said    []time.Time
}

// event is any of the events; fields that it doesn't have are omitted.
type event struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`

	// For a run.
	Flow    string      `json:"flow,omitempty"`
	Run     string      `json:"run,omitempty"`
	Steps   []eventStep `json:"steps,omitempty"`
	Text    *string     `json:"text,omitempty"`
	OK      *bool       `json:"ok,omitempty"`
	Seconds *float64    `json:"seconds,omitempty"` // for a step too

	// For a step.
	Step    string  `json:"step,omitempty"`
	Counts  *counts `json:"counts,omitempty"`
	Figures *totals `json:"figures,omitempty"`

	// For a call.
	Index     []int  `json:"index,omitempty"`
	Attempt   int    `json:"attempt,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
	Error     string `json:"error,omitempty"` // for the run too
}

type eventStep struct {
	Name  string   `json:"name"`
	Scope []string `json:"scope,omitempty"`
}

type counts struct {
	Total     int64 `json:"total"`
	Running   int64 `json:"running"`
	Done      int64 `json:"done"`
	Found     int64 `json:"found"`
	Failed    int64 `json:"failed"`
	Tolerated int64 `json:"tolerated"`
	Retried   int64 `json:"retried"`
}

type totals struct {
	BusySeconds   float64 `json:"busySeconds"`
	MedianSeconds float64 `json:"medianSeconds"`
	MaxSeconds    float64 `json:"maxSeconds"`
	Slowest       []int   `json:"slowest,omitempty"`
	BytesIn       int64   `json:"bytesIn"`
	BytesOut      int64   `json:"bytesOut"`
}

func newEvents(w io.Writer, flow, run string, steps []Step, now time.Time) *events {
	n := len(steps)
	e := &events{
		w: w, index: make(map[string]int, n), started: make([]bool, n), through: make([]bool, n),
		last: make([]Step, n), said: make([]time.Time, n),
	}
	begun := event{Event: "run-started", Time: now, Flow: flow, Run: run}
	for i, s := range steps {
		e.index[s.Name] = i
		begun.Steps = append(begun.Steps, eventStep{s.Name, s.Scope})
	}
	e.write(begun)
	return e
}

func (e *events) update(steps []Step, now time.Time) {
	for i, s := range steps {
		if s.begun() {
			e.start(i, s.Name, now)
		}
		switch moved := countsOf(s) != countsOf(e.last[i]); {
		case s.Through && !e.through[i]:
			e.through[i] = true
			e.figures("step-through", s, now)
		case e.started[i] && !e.through[i] && moved && now.Sub(e.said[i]) >= every:
			e.said[i], e.last[i] = now, s
			c := countsOf(s)
			e.write(event{Event: "step-progress", Time: now, Step: s.Name, Counts: &c})
		}
	}
}

// start reports a step's start, once.
func (e *events) start(i int, step string, now time.Time) {
	if !e.started[i] {
		e.started[i], e.said[i] = true, now
		e.write(event{Event: "step-started", Time: now, Step: step})
	}
}

func (e *events) call(c Call, now time.Time) {
	if i, ok := e.index[c.Step]; ok {
		e.start(i, c.Step, now)
	}
	name := "item-failed"
	if c.Again {
		name = "item-retried"
	}
	e.write(event{
		Event: name, Time: now, Step: c.Step, Index: c.Index, Attempt: c.Attempt,
		ErrorType: failure.Type(c.Err), Error: failure.Cause(c.Err),
	})
}

// print writes an event for each line.
func (e *events) print(text []byte) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		e.write(event{Event: "text-printed", Time: time.Now(), Text: &line})
	}
}

// end reports the steps that were started but not completed, and the run.
func (e *events) end(o outcome) {
	e.update(o.steps, o.now)
	for i, s := range o.steps {
		if e.started[i] && !e.through[i] {
			e.figures("step-stopped", s, o.now)
		}
	}
	ok, seconds := o.err == nil, o.now.Sub(o.begin).Seconds()
	done := event{Event: "run-done", Time: o.now, OK: &ok, Seconds: &seconds}
	if o.err != nil {
		done.Error = o.err.Error()
	}
	e.write(done)
}

func (e *events) figures(name string, s Step, now time.Time) {
	c, seconds := countsOf(s), s.took(now).Seconds()
	e.write(event{Event: name, Time: now, Step: s.Name, Seconds: &seconds, Counts: &c, Figures: &totals{
		BusySeconds: s.Busy.Seconds(), MedianSeconds: s.Median.Seconds(), MaxSeconds: s.Max.Seconds(),
		Slowest: s.Slowest, BytesIn: s.In, BytesOut: s.Out,
	}})
}

func countsOf(s Step) counts {
	return counts{s.Total, s.Running, s.Done, s.Found, s.Failed, s.Tolerated, s.Retried}
}

func (e *events) write(v event) {
	if data, err := json.Marshal(v); err == nil {
		e.w.Write(append(plaintext.EscapeJSON(data), '\n'))
	}
}
