// Package timelimit has the time limits that the tools, the steps and the local run
// share.
package timelimit

import "time"

// How long a Lambda may run, in seconds.
const (
	// MaxLambda is the maximum timeout of a function
	// (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html).
	MaxLambda = 1800

	// DefaultLambda is the default timeout. Until November 2026 it was the maximum,
	// so every account and every template checker accepts it.
	DefaultLambda = 900
)

// Express is how long an Express workflow may run, in seconds
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const Express = 300

// MaxExecution is how long a Standard workflow may run, in seconds: a year.
const MaxExecution = 31_536_000

// Grace is how long a step may take to return after its context has ended, before
// it is abandoned.
const Grace = time.Second / 2
