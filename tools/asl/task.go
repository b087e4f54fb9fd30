package asl

import "encoding/json"

// taskTimeout, in seconds, is more than Lambda's own limit of 900: it ends a
// task whose answer got lost, which would otherwise hang for years (Step
// Functions' default), and never forestalls Lambda's own report of a timeout.
const taskTimeout = 960

type invocation struct {
	FunctionName string  `json:"FunctionName"`
	Payload      payload `json:"Payload"`
}

// payload becomes an envelope.Request once Step Functions has replaced each
// "name.$" by "name" with the value at its path.
type payload struct {
	Flow     string          `json:"flow"`
	Run      string          `json:"run.$"`
	Step     string          `json:"step"`
	Path     *string         `json:"path,omitempty"`
	PathRef  string          `json:"path.$,omitempty"`
	Defaults json.RawMessage `json:"defaults,omitempty"`
	Input    string          `json:"input.$,omitempty"`
	From     string          `json:"from,omitempty"`
	Batch    string          `json:"batch.$,omitempty"`
	Count    string          `json:"count.$,omitempty"`
	Split    int             `json:"split,omitempty"`
	Attempt  string          `json:"attempt.$"`
}
