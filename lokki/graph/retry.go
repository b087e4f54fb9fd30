package graph

import (
	"math"
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

// broken comes next: Lambda could not make the image ready, or it is gone from its
// registry. Only a new deployment mends that.
var broken = Retry{Errors: []string{
	"Lambda.CodeArtifactUserFailedException",
	"Lambda.CodeArtifactUserDeletedException",
}}

// throttled is for invocations that Lambda refuses because as many as the
// account may have are running: up to 1,000, but 10 in a new account. The step
// has not run, and waiting its turn is all that it needs, so this rule outlasts
// hours: its pauses add up to 7 on average.
//
// A rate close to 1 keeps each pause at about a tenth of the time waited so far,
// a fifth at most. That is what a free Lambda stays unused in the end, however
// long the steps take: a map that is ten times as wide as the account needs
// about a sixth more time than a queue would (see TestThrottled). Each retry is
// a state transition, and some 35 pass before the pauses reach two minutes.
var throttled = Retry{
	Errors:   []string{"Lambda.TooManyRequestsException"},
	Interval: 5,
	Rate:     1.1,
	Attempts: 200,
	Cap:      300,
	Jitter:   true,
}

// preparing is for functions that Lambda is making ready: after a deployment, or
// when nobody has called them for weeks. Images take up to two minutes then; the
// pauses add up to 8 on average.
var preparing = Retry{
	Errors: []string{
		"Lambda.CodeArtifactUserPendingException",
		"Lambda.ResourceConflictException", // the function is being created or updated
		"Lambda.ResourceNotReadyException", // its connection to a network is being restored
		"Lambda.SnapStartNotReadyException",
	},
	Interval: 5,
	Rate:     2,
	Attempts: 20,
	Cap:      60,
	Jitter:   true,
}

// transient is what else every step retries, unless its own rules say otherwise.
// These errors are what Lambda and the way to it raise when the step may
// never have run, and what says of itself that it passes. Full jitter spreads
// the children of a wide map that fail at the same moment.
//
// Lambda.Unknown, which stands for a function that ran out of memory or time
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html),
// and Sandbox.Timedout and Runtime.ExitError, by which Lambda names these
// today, are left out: the same step on the same input needs as much memory
// and time again, up to six times 15 minutes of it. Other errors of the step
// itself are left out as lokki doesn't know which of them pass. So are those of
// Lambda that lokki's functions can't raise, as they have no network and no file
// system of their own, and those that say the function, its key or the request is wrong.
var transient = Retry{
	Errors: []string{
		"Lambda.ClientExecutionTimeoutException",
		"Lambda.ServiceException",
		"Lambda.AWSLambdaException",
		"Lambda.SdkClientException",
		"Lambda.SnapStartTimeoutException",
		failure.Transient,
		failure.Storage,
	},
	Interval: 2,
	Rate:     2,
	Attempts: 6,
	Cap:      60,
	Jitter:   true,
}

// Pause is how many seconds the pause before a retry is, from 1 on. Jitter makes it a
// random part of that.
func (r Retry) Pause(number int) float64 {
	seconds := float64(r.Interval) * math.Pow(r.Rate, float64(number-1))
	if r.Cap > 0 {
		seconds = min(seconds, float64(r.Cap))
	}
	return seconds
}

// Retries returns all rules of a step in the order in which they are tried:
// its own between those that hold for every step. A rule for every error comes
// last, as Step Functions wants it, so that its few attempts are not spent on
// waiting for Lambda.
func (o Options) Retries() []Retry {
	all := []Retry{never, broken}
	for _, r := range o.Retry {
		if !r.any() {
			all = append(all, r)
		}
	}
	all = append(all, throttled, preparing, transient)
	for _, r := range o.Retry {
		if r.any() {
			all = append(all, r)
		}
	}
	return all
}

// any reports whether the rule is for every error.
func (r Retry) any() bool { return slices.Contains(r.Errors, failure.Any) }
