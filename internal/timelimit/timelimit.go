// Package timelimit has the limits of time that the tools, the steps and the
// local run agree on.
package timelimit

import "time"

// How long a Lambda may run, in seconds.
const (
	// MaxLambda is the most that Lambda allows a function
	// (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html).
	MaxLambda = 1800

	// DefaultLambda is that of a function nothing is said of. Until November 2026
	// it was the most, so every account and every checker of templates accepts it.
	DefaultLambda = 900
)

// Express is how long an Express workflow may run, in seconds
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const Express = 300

// MaxExecution is how long a Standard workflow may run, in seconds: a year.
const MaxExecution = 31_536_000

// Grace is the time after the end of its context in which a step may still
// return. Then it is given up.
const Grace = time.Second / 2
