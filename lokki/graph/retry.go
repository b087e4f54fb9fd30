package graph

import (
	"slices"

	"github.com/lokki-build/lokki/internal/failure"
)

// Retry is one rule by which a step is tried again. The state machine and the
// local run take the first rule of a node that names the error.
type Retry struct {
	Errors   []string `json:"errors"`           // as in ErrorEquals: "Throttled", "States.ALL"
	Interval int      `json:"interval"`         // seconds before the first retry
	Rate     float64  `json:"rate"`             // by which each pause is longer than the one before
	Attempts int      `json:"attempts"`         // retries at most; 0 never retries
	Cap      int      `json:"cap,omitempty"`    // longest pause in seconds; 0 is none
	Jitter   bool     `json:"jitter,omitempty"` // each pause is a random part of its length
}

// never comes first, so that a step's own rules, States.ALL among them, can't
// retry what the step says would fail again.
var never = Retry{Errors: []string{failure.Permanent}}

// transient is what every step retries, unless its own rules say otherwise.
// These errors are what Lambda and the way to it raise when the step may
// never have run, and what says of itself that it passes. Full jitter spreads
// the children of a wide map that are throttled at the same moment.
//
// Lambda.Unknown, which stands for a function that ran out of memory or time
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html),
// and Sandbox.Timedout and Runtime.ExitError, by which Lambda names these
// today, are left out: the same step on the same input needs as much memory
// and time again, up to six times 15 minutes of it. Other errors of the step
// itself are left out as lokki doesn't know which of them pass.
var transient = Retry{
	Errors: []string{
		"Lambda.ClientExecutionTimeoutException",
		"Lambda.ServiceException",
		"Lambda.AWSLambdaException",
		"Lambda.SdkClientException",
		"Lambda.TooManyRequestsException",
		failure.Transient,
		failure.Storage,
	},
	Interval: 2,
	Rate:     2,
	Attempts: 6,
	Cap:      60,
	Jitter:   true,
}

// Retries returns all rules of a step in the order in which they are tried:
// its own between those that hold for every step. A rule for every error comes
// last, as Step Functions wants it.
func (o Options) Retries() []Retry {
	all := []Retry{never}
	for _, r := range o.Retry {
		if !r.any() {
			all = append(all, r)
		}
	}
	all = append(all, transient)
	for _, r := range o.Retry {
		if r.any() {
			all = append(all, r)
		}
	}
	return all
}

// any reports whether the rule is for every error.
func (r Retry) any() bool { return slices.Contains(r.Errors, failure.Any) }
