package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counter is a run of one map, advanced by the test.
type counter struct{ done, failed atomic.Int64 }

func (c *counter) steps() []Step {
	s := Step{Name: "flap-bird", Scope: []string{"flap-bird"}, Total: 400, Done: c.done.Load(), Failed: c.failed.Load(), First: start, Last: after(1)}
	s.Through = s.ended() == s.Total
	return []Step{s}
}

// A report takes calls from many goroutines while it reads the steps, and
// reports each failure.
func TestReport(t *testing.T) {
	for _, form := range []Form{Auto, Lines, JSON, Quiet} {
		var out bytes.Buffer
		var run counter
		r := Start(Config{Out: &out, Form: form, Flow: "birds-flow", Run: "run-1", Steps: run.steps})
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for i := range 100 {
					c := Call{Step: "flap-bird", Index: []int{i}, Attempt: 1}
					if i%50 == 49 {
						c.Err = errors.New("no wings")
						run.failed.Add(1)
					} else {
						run.done.Add(1)
					}
					r.Call(c)
				}
			})
		}
		workers.Wait()
		r.Stop(nil)
		text := out.String()
		switch form {
		case Quiet:
			if text != "" {
				t.Errorf("quiet, but %q", text)
			}
		case JSON:
			names := map[string]int{}
			for line := range strings.Lines(text) {
				var e struct{ Event string }
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				names[e.Event]++
			}
			if names["run-started"] != 1 || names["step-started"] != 1 || names["step-through"] != 1 || names["item-failed"] != 8 || names["run-done"] != 1 {
				t.Errorf("events: %v", names)
			}
		default: // a buffer isn't a terminal
			for _, part := range []string{"birds-flow: 1 step\n", "392 calls, 8 failed", "\n8 failed calls:\n  flap-bird[49]: no wings\n", "  and 3 more\n", "\nbirds-flow: done in "} {
				if !strings.Contains(text, part) {
					t.Errorf("no %q in\n%s", part, text)
				}
			}
		}
	}
}

// What a long run reports where there is no live view.
func TestLongRun(t *testing.T) {
	var out bytes.Buffer
	steps := func(done int64, through bool) []Step {
		return []Step{{Name: "flap-bird", Total: 3000, Done: done, Running: 1, First: start, Last: after(70), Through: through}}
	}
	l := newLines(&out, "birds-flow", steps(0, false))
	for _, m := range []struct {
		seconds float64
		done    int64
	}{{1, 10}, {29, 900}, {32, 1000}, {40, 1200}, {62, 2000}} {
		l.update(steps(m.done, false), after(m.seconds))
	}
	l.update(steps(3000, true), after(70))
	l.update(steps(3000, true), after(170))
	want := `birds-flow: 1 step
  flap-bird  1,000 of 3,000     32.0 s
  flap-bird  2,000 of 3,000       1m2s
  flap-bird   3,000 calls      1m10s
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// The view must cost the run nothing: a successful call takes no lock.
func BenchmarkCall(b *testing.B) {
	var out bytes.Buffer
	r := Start(Config{Out: &out, Form: JSON, Flow: "birds-flow", Steps: func() []Step { return nil }})
	defer r.Stop(nil)
	c := Call{Step: "flap-bird", Index: []int{1}, Begin: time.Now(), End: time.Now()}
	for b.Loop() {
		r.Call(c)
	}
}

func BenchmarkFrame(b *testing.B) {
	f := frame{flow: "birds-flow", steps: stories["failing"].moments[0].steps, begin: start, now: after(3.1), width: 120, height: 40}
	for b.Loop() {
		f.lines()
	}
}
