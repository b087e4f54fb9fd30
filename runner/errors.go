package runner

import "github.com/lokki-build/lokki/internal/engine"

// StepError is the error of one call of a step:
//
//	type StepError struct {
//		Step     string          // the step's name in the flow, as in "flap-bird"
//		Function string          // as in "example.com/birds.FlapBird"
//		Position string          // the flow's call, as in "flows/birds.go:32"
//		Index    []int           // of the item in each map around the step, outermost first
//		Input    json.RawMessage // the step's argument
//		Err      error           // what the step returned
//	}
type StepError = engine.StepError
