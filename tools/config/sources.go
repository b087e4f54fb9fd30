package config

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// Sources are the files that the layers come from, weakest first. An empty path
// is a source that isn't there.
type Sources struct {
	Global    string // the user's ~/.lokki/lokki.yml, or a copy of it
	Project   string // lokki.yml in the project's root, or a copy of it
	Flow      string // the flow's own
	Variables string // environment variables as JSON, see ParseVariables
}

// Flags declares the flags with which the tools take their sources.
func (s *Sources) Flags(fs *flag.FlagSet) {
	fs.StringVar(&s.Global, "global", "", "the user's ~/.lokki/lokki.yml")
	fs.StringVar(&s.Project, "project", "", "the project's lokki.yml")
	fs.StringVar(&s.Flow, "config", "", "the flow's own lokki.yml")
	fs.StringVar(&s.Variables, "env", "", "the environment variables, as JSON")
}

// Layers reads all sources and reports all that is wrong with them. Messages
// name a file as its user knows it, not where a copy of it lies.
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
	return layers, errors.Join(problems...)
}
