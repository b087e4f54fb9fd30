package main

import (
	"flag"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
)

// graphFile is the flag of verbs that take the flow's graph.
type graphFile string

func (f *graphFile) flag(fs *flag.FlagSet) {
	fs.StringVar((*string)(f), "graph", "", "the flow's graph, birds.graph.json")
}

func (f graphFile) read() (graph.Graph, error) { return cli.Read(string(f), graph.Decode) }

// manifestFile is the flag of verbs that take the flow's steps.
type manifestFile string

func (f *manifestFile) flag(fs *flag.FlagSet) {
	fs.StringVar((*string)(f), "manifest", "", "the flow's steps, birds.steps.json")
}

func (f manifestFile) read() (manifest.Manifest, error) {
	return cli.Read(string(f), manifest.Decode)
}

// resolve reads the settings that the sources have.
func resolve(sources config.Sources) (config.Config, error) {
	layers, err := sources.Layers()
	if err != nil {
		return config.Config{}, err
	}
	return config.Resolve(layers...), nil
}

// repeated is a flag that may be given several times.
func repeated(fs *flag.FlagSet, values *[]string, name, usage string) {
	fs.Func(name, usage, func(value string) error {
		*values = append(*values, value)
		return nil
	})
}
