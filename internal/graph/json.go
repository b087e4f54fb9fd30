package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Encode writes g as indented JSON with a final newline, the same bytes for the
// same graph. It refuses an invalid graph.
func Encode(g Graph) ([]byte, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := newEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(g); err != nil {
		return nil, fmt.Errorf("encoding the graph: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads what Encode wrote. It refuses other versions, unknown fields
// and invalid graphs.
func Decode(data []byte) (Graph, error) {
	// Another version may have other fields: report the version first.
	var only struct{ Version *int }
	if err := json.Unmarshal(data, &only); err != nil {
		return Graph{}, fmt.Errorf("decoding the graph: %w", err)
	}
	if only.Version == nil || *only.Version != Version {
		return Graph{}, wrongVersion(only.Version)
	}
	var g Graph
	if err := decode(data, &g); err != nil {
		return Graph{}, fmt.Errorf("decoding the graph: %w", err)
	}
	if err := g.Validate(); err != nil {
		return Graph{}, err
	}
	return g, nil
}

// newEncoder leaves < and > as they are: types and defaults are read by people, not
// browsers.
func newEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// decode reads one JSON value without unknown fields.
func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// MarshalJSON writes the step or the map.
func (n Node) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	var err error
	if n.Map != nil {
		err = newEncoder(&b).Encode(n.Map)
	} else {
		err = newEncoder(&b).Encode(n.Step)
	}
	return b.Bytes(), err
}

// UnmarshalJSON reads a map if the object has a member "map", and else a step.
func (n *Node) UnmarshalJSON(data []byte) error {
	var is struct{ Map *json.RawMessage }
	if err := json.Unmarshal(data, &is); err != nil {
		return err
	}
	if is.Map != nil {
		n.Map = &Map{}
		return decode(data, n.Map)
	}
	n.Step = &Step{}
	if err := decode(data, n.Step); err != nil {
		return err
	}
	var b bytes.Buffer // without the indentation, as passed to Encode
	if n.Step.Defaults != nil {
		if err := json.Compact(&b, n.Step.Defaults); err != nil {
			return err
		}
		n.Step.Defaults = b.Bytes()
	}
	return nil
}

func wrongVersion(got *int) error {
	is := "no version"
	if got != nil {
		is = fmt.Sprintf("version %d", *got)
	}
	return Problem{
		What: fmt.Sprintf("the graph has %s, this lokki reads version %d", is, Version),
		Hint: "build the graph and everything made from it with the same version of lokki",
	}
}
