package asl

import (
	"cmp"
	"encoding/json"

	"github.com/lokki-build/lokki/lokki/graph"
)

// The seconds that a task has when its step says nothing.
const (
	// taskTimeout is more than Lambda's own limit of 900: it ends a task whose
	// answer got lost, which would otherwise hang for years (Step Functions'
	// default), and never forestalls Lambda's own report of a timeout.
	taskTimeout = 960

	// expressTimeout is how long an Express workflow lives
	// (https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html).
	expressTimeout = 300
)

// timeout is a task's TimeoutSeconds.
func (b *builder) timeout(n graph.Node) int {
	if b.express {
		return cmp.Or(n.Timeout, expressTimeout)
	}
	return cmp.Or(n.Timeout, taskTimeout)
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
	Tolerate  bool            `json:"tolerate,omitempty"`
	Split     int             `json:"split,omitempty"`
	Attempt   string          `json:"attempt.$"`
}
