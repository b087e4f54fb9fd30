package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// recordVersion is the version of run.json. It changes when code that reads the
// old format would misread the new one.
const recordVersion = 2

// Record is a run's run.json. It is stored before any value of the run and never
// changed, so every stored value was made as the record says.
type Record struct {
	Version int    `json:"version"`
	Flow    string `json:"flow"`
	Run     string `json:"run"`

	// Base is the run that this one was derived from.
	Base string `json:"base,omitempty"`

	// Adopted is set for a run that the state machine started. Its stored
	// values are treated as made by the code that resumed it first.
	Adopted bool `json:"adopted,omitempty"`

	Input    json.RawMessage `json:"input,omitempty"` // as given
	Argument json.RawMessage `json:"argument"`        // of the first step: the input merged into the defaults
	Steps    []Step          `json:"steps"`           // in data order
	Graph    graph.Graph     `json:"graph"`

	plan *plan.Plan // of the graph
}

// Step is what a record adds to a node of the graph.
type Step struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint"` // of the code
	Run         string `json:"run"`         // the run that has the values
}

func (r Record) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encoding the run's record: %w", err)
	}
	return b.Bytes(), nil
}

func decodeRecord(data []byte) (Record, error) {
	// Another version may have other fields: report the version first.
	var only struct{ Version int }
	if err := json.Unmarshal(data, &only); err != nil {
		return Record{}, err
	}
	if only.Version != recordVersion {
		return Record{}, fmt.Errorf("it has version %d, this lokki reads version %d", only.Version, recordVersion)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, err
	}
	if err := r.Graph.Validate(); err != nil {
		return Record{}, err
	}
	r.plan = plan.New(r.Graph)
	if len(r.Steps) != len(r.plan.Steps) {
		return Record{}, fmt.Errorf("it has %d steps for the %d of its graph", len(r.Steps), len(r.plan.Steps))
	}
	r.Argument = compact(r.Argument)
	r.Input = compact(r.Input)
	return r, nil
}

// compact removes the indentation of a record. Data that isn't JSON stays as it
// is.
func compact(data []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return data
	}
	return b.Bytes()
}

// changed returns the index of the first step of now that can't use the values
// of r, and why; or the number of steps if there is none. Each step takes the
// value of the one before, so all later steps differ too.
func (r Record) changed(now Record) (first int, why string) {
	for i := range now.plan.Steps {
		if why, _ := r.difference(now, i); why != "" {
			return i, why
		}
	}
	return len(now.plan.Steps), ""
}

// difference says in words how step i differs from r's, and whether its old
// values can still be read.
func (r Record) difference(now Record, i int) (why string, readable bool) {
	if i >= len(r.plan.Steps) {
		return "it is new in the flow", false
	}
	was, is := r.plan.Steps[i], now.plan.Steps[i]
	switch {
	case was.Name != is.Name || was.Verb() != is.Verb() || was.Function != is.Function:
		return fmt.Sprintf("the flow had the %s %s (%s) in its place", was.Verb(), was.Name, was.Function), false
	case !slices.Equal(was.Args, is.Args) || was.Out != is.Out:
		return "its types changed", false
	case batchSize(was) != batchSize(is):
		return fmt.Sprintf("its batches had %d items and have %d", batchSize(was), batchSize(is)), false
	case i == 0 && !bytes.Equal(r.Argument, now.Argument):
		return "its defaults changed", true
	case is.Closes != nil && was.Closes.Tolerate != is.Closes.Tolerate:
		return "the failures that its map tolerates changed", true
	case r.Steps[i].Fingerprint != now.Steps[i].Fingerprint:
		return "its code changed", true
	}
	return "", true
}

// batchSize returns the size of the batches that a step takes from a list.
func batchSize(s *plan.Step) int {
	if s.Opens == nil {
		return 1
	}
	return s.Opens.BatchSize()
}
