package envelope

import "encoding/json"

// Output is what the last step's Lambda answers, and so the execution's output: for
// people and for what starts executions.
type Output struct {
	Run    string   `json:"run"` // id of the run
	Stored Location `json:"stored"`

	// Result is the flow's result if its JSON has up to MaxResult bytes; it is null if that is.
	Result json.RawMessage `json:"result,omitempty"`
}

// Location is where a value is.
type Location struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Codec  string `json:"codec"` // Codec
}

// Codec is how values are stored: a gzip stream of a line of JSON.
const Codec = "json+gzip"

// MaxResult is well below the 256 KiB of a state's output, of which the rest is for
// what a caller adds.
const MaxResult = 32 << 10
