package progress

import "time"

// Call is one try of a step that has ended.
type Call struct {
	Step       string
	Index      []int // of the item in each map around the step, outermost first; only valid during the call that it is passed to
	Attempt    int   // 1 is the first
	Begin, End time.Time
	Err        error // nil when it returned a result
	Again      bool  // it failed and will be tried again
}
