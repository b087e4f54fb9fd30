package progress

import "time"

// Call is one attempt of a step that has ended.
type Call struct {
	Step       string
	Index      []int // of the item in each map around the step, outermost first; valid only during the call it is passed to
	Attempt    int   // 1 is the first
	Begin, End time.Time
	Err        error // nil if it returned a result
	Again      bool  // it failed and will be tried again
}
