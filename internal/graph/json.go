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
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // types and defaults are read by people, not browsers
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
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g); err != nil {
		return Graph{}, fmt.Errorf("decoding the graph: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Graph{}, errors.New("decoding the graph: more than one JSON value")
	}
	for i := range g.Nodes {
		if g.Nodes[i].Defaults == nil {
			continue
		}
		var b bytes.Buffer // without the indentation, as passed to Encode
		if err := json.Compact(&b, g.Nodes[i].Defaults); err != nil {
			return Graph{}, fmt.Errorf("decoding the graph: %w", err)
		}
		g.Nodes[i].Defaults = b.Bytes()
	}
	if err := g.Validate(); err != nil {
		return Graph{}, err
	}
	return g, nil
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
