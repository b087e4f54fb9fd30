package asl

import "github.com/lokki-build/lokki/internal/failure"

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

// never comes first, so that a step's own rules, States.ALL among them, can't
// retry what the step says would fail again.
var never = retrier{ErrorEquals: []string{failure.Permanent}}

// transient comes last, so that a step's own rules can treat these errors
// otherwise. They are what Lambda and the way to it raise when the step may
// never have run, and what says of itself that it passes. Full jitter spreads
// the children of a wide map that are throttled at the same moment.
//
// Lambda.Unknown, which stands for a function that ran out of memory or time
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html),
// and Sandbox.Timedout and Runtime.ExitError, by which Lambda names these
// today, are left out: the same step on the same input needs as much memory
// and time again, up to six times 15 minutes of it. Other errors of the step
// itself are left out as lokki doesn't know which of them pass.
var transient = retrier{
	ErrorEquals: []string{
		"Lambda.ClientExecutionTimeoutException",
		"Lambda.ServiceException",
		"Lambda.AWSLambdaException",
		"Lambda.SdkClientException",
		"Lambda.TooManyRequestsException",
		failure.Transient,
		failure.Storage,
	},
	IntervalSeconds: 2,
	BackoffRate:     2,
	MaxAttempts:     6,
	MaxDelaySeconds: 60,
	JitterStrategy:  "FULL",
}

// retry is the Retry of a task. Rules of a step's own belong between the two.
var retry = []retrier{never, transient}
