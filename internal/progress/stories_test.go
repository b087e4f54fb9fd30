package progress

import (
	"errors"
	"fmt"
	"time"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// story is a run at several moments, the last of which may be its end.
type story struct {
	moments []moment
	err     error
	ends    bool
	calls   []Call // reported before the last moment
	height  int    // of the terminal; 0 is 24
}

type moment struct {
	seconds float64
	steps   []Step
}

const ms = time.Millisecond

// The steps of birds at some moments.
var (
	getBirds = Step{
		Name: "get-birds", Total: 1, Done: 1, Through: true, First: after(0), Last: after(0.0003),
		Busy: 300 * time.Microsecond, Median: 300 * time.Microsecond, Max: 300 * time.Microsecond, In: 12, Out: 71_003,
	}
	getting = Step{Name: "get-birds", Total: 1, Running: 1, First: after(0)}
	flap    = Step{Name: "flap-bird", Scope: []string{"flap-bird"}}
	join    = Step{Name: "join-birds"}
	flapped = Step{
		Name: "flap-bird", Scope: []string{"flap-bird"}, Total: 3000, Done: 3000, Through: true, First: after(0.1), Last: after(7.5),
		Busy: 14 * time.Second, Median: 4 * ms, Max: 310 * ms, Slowest: []int{17}, In: 21_000, Out: 41_000,
	}
	joined = Step{
		Name: "join-birds", Total: 1, Done: 1, Through: true, First: after(7.5), Last: after(7.6),
		Busy: 100 * ms, Median: 100 * ms, Max: 100 * ms, In: 41_000, Out: 1_250_000,
	}
)

// flapping is flap-bird after some calls.
func flapping(done, failed, retried int64, last float64) Step {
	s := flap
	s.Total, s.Running, s.Done, s.Failed, s.Retried = 3000, 2, done, failed, retried
	s.First, s.Last, s.Max, s.Slowest = after(0.1), after(last), 310*ms, []int{17}
	s.Busy, s.Median, s.In, s.Out = 14*time.Second, 4*ms, 21_000, 40_000
	return s
}

// words is a map in a map, with inner lists that aren't all known yet.
func words() []Step {
	outer, inner := []string{"split-words"}, []string{"split-words", "count-word"}
	return []Step{
		{Name: "split-texts", Total: 1, Done: 1, Through: true, First: after(0), Last: after(0.5)},
		{Name: "split-words", Scope: outer, Total: 100, Running: 1, Done: 40, First: after(0.5), Last: after(4), Max: 90 * ms, Slowest: []int{3}},
		{Name: "count-word", Scope: inner, Total: 700, Running: 3, Done: 650, First: after(0.6), Last: after(4), Max: 30 * ms, Slowest: []int{3, 1}},
		{Name: "double", Scope: inner, Total: 700, Done: 647, First: after(0.6), Last: after(4), Max: ms, Slowest: []int{0, 12}},
		{Name: "sum-words", Scope: outer, Total: 100, Done: 38, First: after(0.7), Last: after(4), Max: ms, Slowest: []int{0}},
		{Name: "sum-texts"},
	}
}

// long is a sequence of 30 steps, some of them completed.
func long(done int) []Step {
	var steps []Step
	for i := range 30 {
		s := Step{Name: fmt.Sprintf("step-%d", i+1)}
		if i <= done {
			s.First = after(float64(i))
		}
		if i < done {
			s.Total, s.Done, s.Last, s.Through = 1, 1, after(float64(i)+0.75), true
		}
		if i == done {
			s.Total, s.Running = 1, 1
		}
		steps = append(steps, s)
	}
	return steps
}

// longNames has names that are wider than the terminal, or have wide letters.
func longNames(done bool) []Step {
	flap := flapping(1204, 2, 0, 3.1)
	if done {
		flap = flapped
	}
	get, join := getBirds, joined
	get.Name, flap.Name, join.Name = "鳥の名前を一覧にする", "flap-every-bird-of-the-list-once-more-and-then-write-down-how-high-it-got", "cafe\u0301-birds"
	return []Step{get, flap, join}
}

var stories = map[string]story{
	"begin": {moments: []moment{
		{0.1, []Step{getting, flap, join}},
	}},
	"running": {moments: []moment{
		{0.1, []Step{getting, flap, join}},
		{0.2, []Step{getBirds, flapping(10, 0, 0, 0.2), join}},
		{3.1, []Step{getBirds, flapping(1204, 0, 0, 3.1), join}},
	}},
	"failing": {moments: []moment{
		{3.1, []Step{getBirds, flapping(1202, 2, 5, 3.1), join}},
	}},
	"nested": {moments: []moment{{4, words()}}},
	"many": {height: 12, moments: []moment{
		{0.5, long(0)},
		{17.5, long(17)},
	}},
	"done": {ends: true, moments: []moment{
		{3.1, []Step{getBirds, flapping(1204, 0, 0, 3.1), join}},
		{7.6, []Step{getBirds, flapped, joined}},
	}},
	"tolerated": {ends: true, moments: []moment{
		{7.6, []Step{getBirds, func() Step { s := flapped; s.Done, s.Tolerated, s.Retried = 2994, 6, 12; return s }(), joined}},
	}, calls: func() (calls []Call) {
		for i := range 6 {
			calls = append(calls,
				Call{Step: "flap-bird", Index: []int{i * 100}, Attempt: 1, Err: errors.New("throttled"), Again: true},
				Call{Step: "flap-bird", Index: []int{i * 100}, Attempt: 2, Err: errors.New("no wings\nwhatsoever")})
		}
		return calls
	}()},
	"failed": {ends: true, err: errors.New("step flap-bird[17]: no wings"), moments: []moment{
		{3.1, []Step{getBirds, func() Step { s := flapping(1203, 1, 0, 3.1); s.Running = 0; return s }(), join}},
	}, calls: []Call{{Step: "flap-bird", Index: []int{17}, Attempt: 1, Err: errors.New("no wings")}}},
	"tolerating": {moments: []moment{
		{3.1, []Step{getBirds, func() Step { s := flapping(1202, 0, 5, 3.1); s.Tolerated = 2; return s }(), join}},
	}},
	"interrupted": {ends: true, err: errors.New("interrupt signal received"), moments: []moment{
		{3.1, []Step{getBirds, {Name: "flap-bird", Scope: []string{"flap-bird"}, Total: 3000, Running: 2, First: after(3)}, join}},
	}},
	"wide": {ends: true, moments: []moment{
		{3.1, longNames(false)},
		{7.6, longNames(true)},
	}},
	"empty": {ends: true, moments: []moment{
		{0.1, []Step{getBirds, {Name: "flap-bird", Scope: []string{"flap-bird"}, Through: true}, joined}},
	}},
	"resumed": {ends: true, moments: []moment{
		{7.6, []Step{
			{Name: "get-birds", Total: 1, Done: 1, Found: 1, Through: true},
			func() Step { s := flapped; s.Found = 2500; return s }(),
			joined,
		}},
	}},
}
