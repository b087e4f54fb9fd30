package ship

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// Manifest is the file beside the program that says where its artifacts are.
type Manifest struct {
	Call         string            `json:"call"` // how the user runs the program, as in "bazel run //flows:birds_aws --"
	Graph        string            `json:"graph"`
	Images       string            `json:"images"`
	Template     string            `json:"template"`
	Environments string            `json:"environments"`
	Layouts      map[string]string `json:"layouts"`          // by target: a folder in OCI layout that has its image
	Bundle       bool              `json:"bundle,omitempty"` // paths are relative to the manifest; otherwise they are of runfiles
}

// Artifacts are the build's outputs for a flow, read and checked.
type Artifacts struct {
	Call         string
	Flow         string
	Graph        graph.Graph
	Images       images.List
	Layouts      map[string]string // by target
	Template     []byte
	Parsed       *template.Template
	Environments map[string]config.Environment
}

// ReadManifest reads the manifest of a program, and makes its paths those of files.
func ReadManifest(executable string) (Manifest, error) {
	var m Manifest
	data, err := os.ReadFile(executable + ".json")
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return m, fmt.Errorf("reading what to deploy: %w\nhint: run the target <flow>_aws, which lokki_flow makes, with Bazel, or the program in its bundle", err)
	}
	find := runfiles.Rlocation
	if m.Bundle {
		find = func(name string) (string, error) { return filepath.Join(filepath.Dir(executable), name), nil }
	}
	for _, path := range []*string{&m.Graph, &m.Images, &m.Template, &m.Environments} {
		if *path, err = find(*path); err != nil {
			return m, fmt.Errorf("finding the artifacts: %w", err)
		}
	}
	for target, name := range m.Layouts {
		if m.Layouts[target], err = find(name); err != nil {
			return m, fmt.Errorf("finding the image of %s: %w", target, err)
		}
	}
	return m, nil
}

// ReadArtifacts reads the artifacts of the program that was built as executable.
func ReadArtifacts(executable string) (Artifacts, error) {
	m, err := ReadManifest(executable)
	if err != nil {
		return Artifacts{}, err
	}
	a := Artifacts{Call: m.Call, Layouts: m.Layouts}
	g, err := read(m.Graph, graph.Decode)
	if err != nil {
		return Artifacts{}, err
	}
	a.Graph, a.Flow = g, g.Flow
	if a.Images, err = read(m.Images, images.Decode); err != nil {
		return Artifacts{}, err
	}
	if a.Environments, err = read(m.Environments, config.DecodeEnvironments); err != nil {
		return Artifacts{}, err
	}
	a.Parsed, err = read(m.Template, func(data []byte) (*template.Template, error) {
		a.Template = data
		return template.Read(filepath.Base(m.Template), data)
	})
	return a, err
}

func read[T any](path string, decode func([]byte) (T, error)) (T, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		var none T
		return none, fmt.Errorf("reading an artifact: %w", err)
	}
	return decode(data)
}
