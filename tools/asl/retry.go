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
func retriers(o graph.Options) []retrier { return written(o.Retries()) }

// mapRetries are the rules of a map. Its retry runs every child again in a map run of
// its own, so only what Step Functions itself failed to do is retried: before the
// first child ran that costs next to nothing; after the last one the steps run once
// more, and find that their values are stored already. Where the role or the bucket is
// to blame that would be in vain, so there are few attempts at it. A child's failure
// is never a map's to retry.
var mapRetries = []graph.Retry{
	{Errors: []string{"States.ItemReaderFailed"}, Interval: 2, Rate: 2, Attempts: 6, Cap: 60, Jitter: true},
	{Errors: []string{"States.ResultWriterFailed"}, Interval: 5, Rate: 2, Attempts: 2, Jitter: true},
}

// written writes rules as the States Language has them.
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
