package asl

import (
	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
)

// retrier is one rule of a task's Retry. Step Functions applies the first one
// that names the error.
type retrier struct {
	ErrorEquals     []string `json:"ErrorEquals"`
	IntervalSeconds int      `json:"IntervalSeconds,omitempty"`
	BackoffRate     float64  `json:"BackoffRate,omitempty"`
	MaxAttempts     int      `json:"MaxAttempts"` // 0 never retries
	MaxDelaySeconds int      `json:"MaxDelaySeconds,omitempty"`
	JitterStrategy  string   `json:"JitterStrategy,omitempty"`
}

// retriers returns the rules of a task, in the order of
// [graph.StepOptions.Retries].
func retriers(o graph.StepOptions) []retrier { return written(o.Retries()) }

// mapRetries are the rules of a map. A retry of a map runs every child again in a new
// map run, so only failures of Step Functions itself are retried: before the first
// child has run that costs almost nothing; after the last one the steps run once more,
// and find that their values are stored already. If the role or the bucket is the
// cause, retrying is futile, so there are few attempts. A child's failure is never
// retried by the map.
var mapRetries = []graph.Retry{
	{Errors: []string{awslimits.ItemReader}, Interval: 2, Rate: 2, Attempts: 6, Cap: 60, Jitter: true},
	{Errors: []string{awslimits.ResultWriter}, Interval: 5, Rate: 2, Attempts: 2, Jitter: true},
}

// written converts rules to the States Language.
func written(rules []graph.Retry) []retrier {
	var all []retrier
	for _, r := range rules {
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
