// Package envelope is the contract between the state machine and a step's
// Lambda: the payload that a task sends, and the Lambda's response.
//
// Both are small and do not grow with the data. Values are stored in S3, under keys
// that either side can derive from the run id, the step and the map path.
package envelope

import "encoding/json"

// Request is the payload of one invocation of a step. Exactly one of Input,
// From with none of the others, Batch, or Count says where the argument comes from.
type Request struct {
	Flow string `json:"flow"` // name of the flow
	Run  string `json:"run"`  // id of the run, see run.go
	Step string `json:"step"` // name of the node, which is not the function's if a step is used twice
	Path string `json:"path"` // map path of this invocation: "" outside every map, "3/17/" inside two

	// Start: the execution's input, whose fields override those of Defaults.
	Defaults json.RawMessage `json:"defaults,omitempty"`
	Input    json.RawMessage `json:"input,omitempty"`

	// All others: the node whose value this step takes. Its map path is one map
	// outside Path for the first step of a map (Batch is set), and one map inside
	// Path for an aggregation (Count is set).
	From  string `json:"from,omitempty"`
	Batch *Batch `json:"batch,omitempty"` // first step of a map: the items of this child
	Count *int   `json:"count,omitempty"` // aggregation: how many items the map had

	// BatchSize is how many items each child of the aggregated map handled; 0 is 1.
	BatchSize int `json:"batch_size,omitempty"`

	// Tolerate is the percentage of the aggregated map's children that may fail.
	// The items of failed children are left out. Any other missing output is an error.
	Tolerate float64 `json:"tolerate,omitempty"`

	// State, with Tolerate, is the input of the state. Unless the list was empty, its
	// "results" say where Step Functions wrote which children failed.
	State json.RawMessage `json:"state,omitempty"`

	// Split is set when the next map takes the value: the list is stored as items,
	// Split of them for each child.
	Split int `json:"split,omitempty"`

	// Limit is how many seconds the step may take, for all items of a batch
	// together; 0 leaves that to the Lambda's own timeout.
	Limit int `json:"limit,omitempty"`

	// Last is set for the last step of the flow, whose response is the execution's
	// output: an Output instead of a Reply.
	Last bool `json:"last,omitempty"`

	Attempt int `json:"attempt,omitempty"` // the state's retry count, 0 for the first attempt
}

// Batch is one element of items.json: the consecutive items that one child handles,
// and where they are in items.jsonl.gz.
type Batch struct {
	Index  int   `json:"i"`    // index of the first item
	Count  int   `json:"n"`    // number of items
	Offset int64 `json:"off"`  // first byte of the first frame needed
	Length int64 `json:"len"`  // bytes from there to the end of the last frame needed
	Skip   int   `json:"skip"` // items before the first one in its frame
}

// Reply is the response of a step's Lambda, and so the input of the next state:
// the progress of the run.
type Reply struct {
	Run   string `json:"run"`
	Path  string `json:"path"`
	Count *int   `json:"count,omitempty"` // the value was split: number of its items
	Items string `json:"items,omitempty"` // the value was split: key of items.json
}
