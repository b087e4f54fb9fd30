package engine

import (
	"encoding/json"
	"time"
)

// AttemptResult is the outcome of one attempt of a step on one value.
type AttemptResult struct {
	Step          string          // as in "flap-bird"
	Index         []int           // of the item in each map around the step, outermost first
	Attempt       int             // 1 is the first
	Input, Output json.RawMessage // the argument and the result; there is no result with an error
	Err           error
	Again         bool      // it failed, and will be retried
	Start, End    time.Time // Start is zero unless OnAttempt is set
}
