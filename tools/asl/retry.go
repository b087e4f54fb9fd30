package asl

import "github.com/lokki-build/lokki/lokki/graph"

// retrier is one rule of a task's Retry. Step Functions takes the first one
// that names the error.
type retrier struct {
	ErrorEquals     []string `json:"ErrorEquals"`
	IntervalSeconds int      `json:"IntervalSeconds,omitempty"`
	BackoffRate     float64  `json:"BackoffRate,omitempty"`
	MaxAttempts     int      `json:"MaxAttempts"` // 0 never retries
	MaxDelaySeconds int      `json:"MaxDelaySeconds,omitempty"`
	JitterStrategy  string   `json:"JitterStrategy,omitempty"`
}

// retriers are the rules of a task, in the order of [graph.Options.Retries].
func retriers(o graph.Options) []retrier {
	var all []retrier
	for _, r := range o.Retries() {
		rule := retrier{
			ErrorEquals:     r.Errors,
			IntervalSeconds: r.Interval,
			BackoffRate:     r.Rate,
			MaxAttempts:     r.Attempts,
			MaxDelaySeconds: r.Cap,
		}
		if r.Jitter {
			rule.JitterStrategy = "FULL"
		}
		all = append(all, rule)
	}
	return all
}
