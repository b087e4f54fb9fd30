package rehearse

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// Artifacts are the build's outputs for a flow.
type Artifacts struct {
	Flow     string // label of the lokki_flow
	Call     string // how the user runs the program, as in "bazel run //flows:birds_rehearse --"; may be empty
	Template []byte
	File     string // name of the template, for messages
	Images   images.List
	Graph    graph.Graph
	Local    string // the program of the local run
	Steps    []Step
}

// Step is a lokki_step in a form that runs here.
type Step struct {
	Target       string `json:"target"`
	Image        string `json:"image"`                  // folder of the image for this machine, an OCI layout
	Architecture string `json:"architecture"`           // as deployed
	Rehearsal    string `json:"rehearsal_architecture"` // of Image
}

// manifest is the file that the rule writes beside the program. Its paths are
// for the runfiles library.
type manifest struct {
	Flow     string `json:"flow"`
	Call     string `json:"call"`
	Template string `json:"template"`
	Images   string `json:"images"`
	Graph    string `json:"graph"`
	Local    string `json:"local"`
	Steps    []Step `json:"steps"`
}

// ReadArtifacts finds the artifacts of the rehearsal program that was built as
// executable.
func ReadArtifacts(executable string) (Artifacts, error) {
	var m manifest
	text, err := os.ReadFile(executable + ".json")
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return Artifacts{}, fmt.Errorf("reading what to rehearse: %w\nhint: run the target <flow>_rehearse, which lokki_flow makes, with Bazel", err)
	}
	r := reader{}
	a := Artifacts{Flow: m.Flow, Call: m.Call, Local: r.path(m.Local), File: m.Template}
	a.Template = r.file(m.Template)
	if list, err := images.Decode(r.file(m.Images)); r.err == nil {
		a.Images, r.err = list, err
	}
	if g, err := graph.Decode(r.file(m.Graph)); r.err == nil {
		a.Graph, r.err = g, err
	}
	for _, s := range m.Steps {
		s.Image = r.path(s.Image)
		a.Steps = append(a.Steps, s)
	}
	if r.err != nil {
		return Artifacts{}, fmt.Errorf("reading the artifacts of %s: %w", m.Flow, r.err)
	}
	return a, nil
}

// reader keeps the first error.
type reader struct{ err error }

func (r *reader) path(name string) string {
	path, err := runfiles.Rlocation(name)
	if r.err == nil {
		r.err = err
	}
	return path
}

func (r *reader) file(name string) []byte {
	data, err := os.ReadFile(r.path(name))
	if r.err == nil {
		r.err = err
	}
	return data
}
