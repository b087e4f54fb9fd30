package runner

import (
	"fmt"
	"strings"
)

// StepError is the error of one call of a step.
type StepError struct {
	Step     string // the step's name in the flow, as in "flap-bird"
	Function string // as in "example.com/birds.FlapBird"
	Position string // the flow's call, as in "flows/birds.go:32"
	Index    []int  // of the item in each map around the step, outermost first
	Err      error  // what the step returned
}

// Error is like "flows/birds.go:32: step count-word[2][17] (example.com/words.CountWord): no such word".
func (e *StepError) Error() string {
	return fmt.Sprintf("%s: step %s%s (%s): %v", e.Position, e.Step, indexPath(e.Index), e.Function, e.Err)
}

// Unwrap returns what the step returned.
func (e *StepError) Unwrap() error { return e.Err }

func indexPath(index []int) string {
	var b strings.Builder
	for _, i := range index {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String()
}
