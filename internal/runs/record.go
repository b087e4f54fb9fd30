package runs

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/lokki-build/lokki/internal/graph"
)

// recordVersion is the version of run.json. It changes when code that reads the
// old format would misread the new one.
const recordVersion = 1

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
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, err
	}
	if r.Version != recordVersion {
		return Record{}, fmt.Errorf("it has version %d, this lokki reads version %d", r.Version, recordVersion)
	}
	if len(r.Steps) == 0 || len(r.Steps) != len(r.Graph.Nodes) {
		return Record{}, fmt.Errorf("it has %d steps for the %d of its graph", len(r.Steps), len(r.Graph.Nodes))
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

// changed returns the index of the first node of now that can't use the values
// of r, and why; or the number of nodes if there is none. Each node takes the
// value of the one before, so all later nodes differ too.
func (r Record) changed(now Record) (first int, why string) {
	for i := range now.Graph.Nodes {
		if why, _ := r.difference(now, i); why != "" {
			return i, why
		}
	}
	return len(now.Graph.Nodes), ""
}

// difference says in words how node i differs from r's, and whether its old
// values can still be read.
func (r Record) difference(now Record, i int) (why string, readable bool) {
	if i >= len(r.Graph.Nodes) {
		return "it is new in the flow", false
	}
	was, is := r.Graph.Nodes[i], now.Graph.Nodes[i]
	switch {
	case was.Name != is.Name || was.Kind != is.Kind || was.Function != is.Function:
		return fmt.Sprintf("the flow had the %s %s (%s) in its place", was.Kind, was.Name, was.Function), false
	case was.In != is.In || was.Out != is.Out:
		return "its types changed", false
	case was.BatchSize() != is.BatchSize():
		return fmt.Sprintf("its batches had %d items and have %d", was.BatchSize(), is.BatchSize()), false
	case i == 0 && !bytes.Equal(r.Argument, now.Argument):
		return "its defaults changed", true
	case is.Kind == graph.Agg && closes(r.Graph, i).Tolerate != closes(now.Graph, i).Tolerate:
		return "the failures that its map tolerates changed", true
	case r.Steps[i].Fingerprint != now.Steps[i].Fingerprint:
		return "its code changed", true
	}
	return "", true
}

// closes returns the map that the aggregation of index i closes.
func closes(g graph.Graph, i int) graph.Node { return g.Nodes[opener(g, i)] }

// opener returns the index of that map.
func opener(g graph.Graph, i int) int {
	scope := g.Nodes[i-1].Scope
	for k, n := range g.Nodes[:i] {
		if n.Kind == graph.Map && n.Name == scope[len(scope)-1] {
			return k
		}
	}
	return i // not in a valid graph
}
