package envelope

import "encoding/json"

// Output is the response of the last step's Lambda, and so the execution's output:
// for people and for programs that start executions.
type Output struct {
	Run    string   `json:"run"` // id of the run
	Stored Location `json:"stored"`

	// Result is the flow's result if its JSON has up to MaxResult bytes. A null result is null here.
	Result json.RawMessage `json:"result,omitempty"`
}

// Location is where a value is.
type Location struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Codec  string `json:"codec"` // Codec
}

// Codec says how values are stored: as a gzip stream of a line of JSON.
const Codec = "json+gzip"

// MaxResult is well below the limit of 256 KiB for a state's output, to leave room
// for what a caller adds.
const MaxResult = 32 << 10
