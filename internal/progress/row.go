package progress

import "time"

// The columns of a row after its bar, in drawing order.
const (
	colCalls     = iota // "1,204/3,000"
	colFailed           // "2 failed"
	colTolerated        // "3 tolerated"
	colRetried          // "5 retried"
	colRate             // "412/s"
	colTime             // "ETA 4 s", or how long it took
	colSlowest          // "slowest 310 ms at [17]"
	columns
)

// keep lists the columns from most to least important, for when there is no
// room for all.
var keep = [columns]int{colCalls, colFailed, colTolerated, colTime, colRate, colSlowest, colRetried}

// styles of the columns.
var styles = [columns]style{colFailed: red, colTolerated: yellow, colRetried: yellow, colRate: dim, colSlowest: dim}

// row is the line of one step.
type row struct {
	name   string
	style  style // of the name
	step   Step
	bar    bool   // whether it has a bar
	status string // shown in place of a bar
	cells  [columns]string
}

func newRow(steps []Step, i int, now time.Time) row {
	s := steps[i]
	r := row{name: s.Name, step: s, bar: len(s.Scope) > 0 && s.Total > 0}
	switch s.state() {
	case failing:
		r.style, r.status = red, "failed"
	case through:
		r.style, r.status = green, "done"
		if s.ended() == 0 {
			r.status = "nothing to do"
		}
	case running:
		r.style, r.status = bold, "running"
	case waiting:
		r.style = dim
		return r
	}
	if r.bar {
		r.cells[colCalls] = count(s.ended()) + "/" + count(s.Total)
		if !known(steps, i) {
			r.cells[colCalls] += "+" // more will come
		}
		r.cells[colRate] = rate(s.ended()-s.Found, s.took(now))
	}
	if s.Failed > 0 {
		r.cells[colFailed] = count(s.Failed) + " failed"
	}
	if s.Tolerated > 0 {
		r.cells[colTolerated] = count(s.Tolerated) + " tolerated"
	}
	if s.Retried > 0 {
		r.cells[colRetried] = count(s.Retried) + " retried"
	}
	if !s.First.IsZero() {
		r.cells[colTime] = duration(s.took(now))
	}
	if left, ok := s.left(now); ok && r.bar && !s.Through && known(steps, i) {
		r.cells[colTime] = "ETA " + remaining(left)
	}
	if r.bar && s.Max > 0 {
		r.cells[colSlowest] = "slowest " + duration(s.Max) + " at " + At(s.Slowest)
	}
	return r
}
