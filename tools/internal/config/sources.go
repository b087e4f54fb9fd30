package config

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/lokki-build/lokki/internal/graph"
)

// Sources are the files that the layers come from, weakest first. An empty path
// is a missing source.
type Sources struct {
	Global    string // the user's ~/.lokki/lokki.yml, or a copy of it
	Project   string // lokki.yml in the project's root, or a copy of it
	Flow      string // the flow's lokki.yml
	Variables string // environment variables as JSON, see ParseVariables

	// Architecture is what steps that set none were built for. It was determined
	// before any source was read as a whole. Empty is unknown.
	Architecture string
}

// Flags declares the flags that set a tool's sources.
func (s *Sources) Flags(fs *flag.FlagSet) {
	fs.StringVar(&s.Global, "global", "", "the user's ~/.lokki/lokki.yml")
	fs.StringVar(&s.Project, "project", "", "the project's lokki.yml")
	fs.StringVar(&s.Flow, "config", "", "the flow's own lokki.yml")
	fs.StringVar(&s.Variables, "env", "", "the environment variables, as JSON")
	fs.StringVar(&s.Architecture, "architecture", "", "what steps without an architecture of their own were built for")
}

// Layers reads all sources and reports all problems. Messages name a file as
// its user knows it, not as the path of its copy.
func (s Sources) Layers() ([]Layer, error) {
	yml := func(name string) func([]byte) (Layer, error) {
		return func(data []byte) (Layer, error) { return Parse(name, data) }
	}
	var layers []Layer
	var problems []error
	for _, source := range []struct {
		path  string
		parse func([]byte) (Layer, error)
	}{
		{s.Global, yml("~/.lokki/lokki.yml")},
		{s.Project, yml("lokki.yml")},
		{s.Flow, yml(s.Flow)},
		{s.Variables, ParseVariables},
	} {
		if source.path == "" {
			continue
		}
		data, err := os.ReadFile(source.path)
		if err != nil {
			problems = append(problems, fmt.Errorf("reading the configuration: %w", err))
			continue
		}
		layer, err := source.parse(data)
		problems = append(problems, err)
		layers = append(layers, layer)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return layers, s.checkArchitecture(layers)
}

// checkArchitecture reports a default architecture that differs from the one
// that steps were built for: the template would claim what the images don't
// have.
func (s Sources) checkArchitecture(layers []Layer) error {
	for _, setting := range Settings(layers...) {
		if setting.Key != architectureKey || s.Architecture == "" || setting.Value == s.Architecture {
			continue
		}
		return graph.Problem{
			Position: setting.Source,
			What:     fmt.Sprintf("%s is %s, but steps that don't say theirs were built for %s", architectureKey, setting.Value, s.Architecture),
			Hint: "it takes effect from the project's and your own lokki.yml, on a line of its own below \"lambda_defaults:\", " +
				"and from " + variableOf(architectureKey) + "; for a single flow set architecture of its steps",
		}
	}
	return nil
}
