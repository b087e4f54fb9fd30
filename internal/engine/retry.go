package engine

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// retries counts how often each rule of a step was used in one call: every rule
// counts its own attempts (https://states-language.net/#errors).
type retries struct {
	rules []graph.Retry
	used  []int
}

// next finds the first rule that names the error, and returns the pause before the
// next attempt; ok is false if there is none.
func (r *retries) next(node *plan.Step, err error) (pause time.Duration, ok bool) {
	if r.rules == nil {
		r.rules = node.Retries()
		r.used = make([]int, len(r.rules))
	}
	name := failure.Type(err)
	for i, rule := range r.rules {
		if !slices.Contains(rule.Errors, name) && !slices.Contains(rule.Errors, failure.Any) {
			continue
		}
		if r.used[i] >= rule.Attempts {
			return 0, false
		}
		r.used[i]++
		return pauseOf(rule, r.used[i]), true
	}
	return 0, false
}

// longestPause is Step Functions' own cap.
const longestPause = 366 * 24 * time.Hour

// pauseOf returns the pause before a retry, counted from 1.
func pauseOf(rule graph.Retry, number int) time.Duration {
	seconds := min(rule.Pause(number), longestPause.Seconds())
	if rule.Jitter {
		seconds *= rand.Float64()
	}
	return time.Duration(seconds * float64(time.Second))
}
