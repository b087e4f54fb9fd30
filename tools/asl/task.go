package asl

import (
	"encoding/json"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// taskTimeout, in seconds, is more than any Lambda may take: it ends a task
// whose response was lost, which would otherwise hang for years (Step
// Functions' default). It never ends a task whose Lambda still runs: Step
// Functions wouldn't stop the Lambda, and a retry would run beside it. A step's
// own limit is in the payload, and its Lambda enforces it.
const taskTimeout = awslimits.LambdaSeconds + 60

// timeout is a task's TimeoutSeconds.
func (b *builder) timeout() int {
	if b.express {
		return awslimits.ExpressSeconds // the workflow ends with it, so nothing is retried
	}
	return taskTimeout
}

type invocation struct {
	FunctionName string  `json:"FunctionName"`
	Payload      payload `json:"Payload"`
}

// payload becomes an envelope.Request once Step Functions has replaced each
// "name.$" by "name" with the value at its path.
type payload struct {
	Flow      string          `json:"flow"`
	Run       string          `json:"run.$"`
	Step      string          `json:"step"`
	Path      *string         `json:"path,omitempty"`
	PathRef   string          `json:"path.$,omitempty"`
	Defaults  json.RawMessage `json:"defaults,omitempty"`
	Input     string          `json:"input.$,omitempty"`
	From      string          `json:"from,omitempty"`
	Batch     string          `json:"batch.$,omitempty"`
	Count     string          `json:"count.$,omitempty"`
	BatchSize int             `json:"batch_size,omitempty"`
	Tolerate  float64         `json:"tolerate,omitempty"`
	State     string          `json:"state.$,omitempty"`
	Split     int             `json:"split,omitempty"`
	Last      bool            `json:"last,omitempty"`
	Limit     int             `json:"limit,omitempty"`
	Attempt   string          `json:"attempt.$"`
}
