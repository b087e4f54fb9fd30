// Package timelimit has lokki's own time limits, which the tools, the steps and the
// local run share. Those of AWS are in package awslimits.
package timelimit

import "time"

// DefaultLambda is the default timeout of a function, in seconds. Until November 2026
// it was the maximum, so every account and every template checker accepts it.
const DefaultLambda = 900

// Grace is how long a step may take to return after its context has ended, before
// it is abandoned.
const Grace = time.Second / 2
