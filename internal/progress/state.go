package progress

import "time"

// state is a step's state in the view.
type state int

// The states, from most to least important when there is no room for all steps.
const (
	failing state = iota
	running
	through
	waiting
)

func (s Step) state() state {
	switch {
	case s.Failed > 0:
		return failing
	case s.Through:
		return through
	case s.begun():
		return running
	}
	return waiting
}

// begun reports whether the step has had a call, or has a result of an earlier
// run.
func (s Step) begun() bool { return s.Running > 0 || s.ended() > 0 || !s.First.IsZero() }

// ended counts the calls that have ended for good.
func (s Step) ended() int64 { return s.Done + s.Failed + s.Tolerated }

// took is how long the step has been running.
func (s Step) took(now time.Time) time.Duration {
	switch {
	case s.First.IsZero():
		return 0
	case s.Through || s.Running == 0 && !s.Last.IsZero():
		return max(0, s.Last.Sub(s.First))
	}
	return max(0, now.Sub(s.First))
}

// known reports whether the total of steps[i] is final. Steps outside of maps
// run once, and those in one map get their number from one list. In nested maps
// the step before the innermost map makes a list for each item.
func known(steps []Step, i int) bool {
	scope := steps[i].Scope
	if steps[i].Through || len(scope) < 2 {
		return true
	}
	for k := 1; k <= i; k++ {
		if steps[k].Name == scope[len(scope)-1] {
			return steps[k-1].Through
		}
	}
	return false
}

// left estimates how long the remaining calls will take, from the pace so far.
func (s Step) left(now time.Time) (time.Duration, bool) {
	called, toCome := s.ended()-s.Found, s.Total-s.ended()
	took := now.Sub(s.First)
	if s.First.IsZero() || called <= 0 || toCome <= 0 || took <= 0 {
		return 0, false
	}
	return time.Duration(float64(took) / float64(called) * float64(toCome)), true
}
