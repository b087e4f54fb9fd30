package engine

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
)

// StepError is the error of one call of a step.
type StepError struct {
	Step     string          // the step's name in the flow, as in "flap-bird"
	Function string          // as in "example.com/birds.FlapBird"
	Position string          // the flow's call, as in "flows/birds.go:32"
	Index    []int           // of the item in each map around the step, outermost first
	Input    json.RawMessage // the step's argument
	Err      error           // what the step returned
}

// Error returns text like
//
//	flows/birds.go:32: step count-word[2][17] (example.com/words.CountWord): no such word
//	input: "goose"
func (e *StepError) Error() string {
	s := fmt.Sprintf("%s: step %s (%s): %s", e.Position, e.Call(), e.Function, failure.Text(e.Err))
	if len(e.Input) > 0 {
		s += "\ninput: " + Shorten(e.Input)
	}
	return s
}

// Unwrap returns what the step returned.
func (e *StepError) Unwrap() error { return e.Err }

// Call names the call, as in "flap-bird[3]".
func (e *StepError) Call() string { return e.Step + indexPath(e.Index) }

func indexPath(index []int) string {
	var b strings.Builder
	for _, i := range index {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String()
}

// maxShown is how much of an input is shown, in bytes: enough to recognize it.
const maxShown = 200

// Shorten cuts JSON after a whole character, and adds how long it was.
func Shorten(data []byte) string {
	if len(data) <= maxShown {
		return string(data)
	}
	return fmt.Sprintf("%s (%d bytes)", failure.Cut(string(data), maxShown), len(data))
}
