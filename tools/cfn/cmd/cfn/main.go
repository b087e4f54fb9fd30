// Command cfn writes the CloudFormation template of a flow.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

func main() {
	var f files
	cli.Tool{
		Name: "cfn",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&f.graph, "graph", "", "the flow's graph, birds.graph.json")
			fs.StringVar(&f.definition, "asl", "", "the state machine, birds.asl.json")
			fs.StringVar(&f.images, "images", "", "the flow's images, birds.images.json")
			fs.StringVar(&f.manifest, "manifest", "", "the flow's steps, birds.steps.json")
			f.sources.Flags(fs)
			fs.StringVar(&f.out, "out", "", "the template to write, birds.template.yaml")
		},
		Needs: []string{"graph", "asl", "images", "manifest", "out"},
		Run:   func(stderr io.Writer) error { return run(f, stderr) },
	}.Main()
}

type files struct {
	graph, definition, images, manifest, out string
	sources                                  config.Sources
}

func run(f files, stderr io.Writer) error {
	var in cfn.Input
	var err error
	if in.Graph, err = cli.Read(f.graph, graph.Decode); err != nil {
		return err
	}
	if in.Definition, err = os.ReadFile(f.definition); err != nil {
		return fmt.Errorf("reading the state machine: %w", err)
	}
	if in.Images, err = cli.Read(f.images, images.Decode); err != nil {
		return err
	}
	if in.Manifest, err = cli.Read(f.manifest, manifest.Decode); err != nil {
		return err
	}
	layers, err := f.sources.Layers()
	if err != nil {
		return err
	}
	in.Config = config.Resolve(layers...)
	template, err := cfn.Generate(in)
	if err != nil {
		return err
	}
	for _, note := range template.Notes {
		fmt.Fprintln(stderr, "note: "+note)
	}
	return cli.Write(f.out, template.YAML)
}
