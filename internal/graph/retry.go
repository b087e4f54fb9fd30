package graph

import (
	"math"
	"slices"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/failure"
)

// Retry is one rule for retrying a step. The state machine and the local run
// apply the first rule of a node that names the error.
type Retry struct {
	Errors   []string `json:"errors"`           // as in ErrorEquals: "Throttled", "States.ALL"
	Interval int      `json:"interval"`         // seconds before the first retry
	Rate     float64  `json:"rate"`             // factor from each pause to the next
	Attempts int      `json:"attempts"`         // maximum number of retries; 0 never retries
	Cap      int      `json:"cap,omitempty"`    // longest pause in seconds; 0 is no limit
	Jitter   bool     `json:"jitter,omitempty"` // each pause is a random part of its length
}

// never comes first, so that a step's own rules, even for States.ALL, can't retry
// an error that the step marked as permanent.
var never = Retry{Errors: []string{failure.Permanent}}

// broken comes next: Lambda could not prepare the image, or it is missing from its
// registry. Only a new deployment fixes that.
var broken = Retry{Errors: []string{
	awslimits.CodeArtifactUserFailed,
	awslimits.CodeArtifactUserDeleted,
}}

// throttled is for invocations that Lambda refuses because the account is at its
// concurrency limit: up to 1,000, but 10 in a new account. The step has not run
// and only needs to wait its turn, so this rule retries for hours: its pauses add
// up to 7 on average.
//
// A rate close to 1 keeps each pause at about a tenth of the time waited so far,
// a fifth at most. That bounds how long a free Lambda stays unused, however long
// the steps take: a map that is ten times as wide as the account needs about a
// sixth more time than a queue would (see TestThrottled). Each retry is a state
// transition, and about 35 pass before the pauses reach two minutes.
var throttled = Retry{
	Errors:   []string{awslimits.TooManyRequests},
	Interval: 5,
	Rate:     1.1,
	Attempts: 200,
	Cap:      300,
	Jitter:   true,
}

// preparing is for functions that Lambda is still preparing: after a deployment,
// or when they haven't been called for weeks. Images take up to two minutes then;
// the pauses add up to 8 on average.
var preparing = Retry{
	Errors: []string{
		awslimits.CodeArtifactUserPending,
		awslimits.ResourceConflict,
		awslimits.ResourceNotReady,
		awslimits.SnapStartNotReady,
	},
	Interval: 5,
	Rate:     2,
	Attempts: 20,
	Cap:      60,
	Jitter:   true,
}

// transient lists the other errors that every step retries, unless its own rules
// say otherwise: those that Lambda and the path to it raise when the step may
// never have run, and those marked as transient. Full jitter spreads the children
// of a wide map that fail at the same moment.
//
// Lambda.Unknown, which means that a function ran out of memory or time
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html),
// and Sandbox.Timedout and Runtime.ExitError, as Lambda names these today, are
// left out: the same step with the same input would need as much memory and
// time again, up to six times 15 minutes. Other errors of the step itself are
// left out because lokki can't tell which are transient. So are Lambda errors that
// lokki's functions can't raise, since they have no VPC and no mounted file
// system, and errors that say the function, its key or the request is wrong.
var transient = Retry{
	Errors: []string{
		awslimits.ClientExecutionTimeout,
		awslimits.ServiceException,
		awslimits.AWSLambdaException,
		awslimits.SdkClientException,
		awslimits.SnapStartTimeout,
		failure.Transient,
		failure.Storage,
	},
	Interval: 2,
	Rate:     2,
	Attempts: 6,
	Cap:      60,
	Jitter:   true,
}

// Pause returns the seconds to wait before a retry, counted from 1. Jitter makes
// the wait a random part of that.
func (r Retry) Pause(number int) float64 {
	seconds := float64(r.Interval) * math.Pow(r.Rate, float64(number-1))
	if r.Cap > 0 {
		seconds = min(seconds, float64(r.Cap))
	}
	return seconds
}

// Retries returns all rules of a step in the order in which they are tried: its
// own between those that apply to every step. A rule for all errors comes last, as
// Step Functions requires, so that its few attempts are not spent on waiting for
// Lambda.
func (o StepOptions) Retries() []Retry {
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

// any reports whether the rule is for all errors.
func (r Retry) any() bool { return slices.Contains(r.Errors, failure.Any) }
