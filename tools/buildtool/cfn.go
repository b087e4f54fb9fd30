package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

func cfnVerb() cli.Tool {
	var f cfnFlags
	return cli.Tool{
		Name: "cfn",
		Does: "writes the CloudFormation template of a flow",
		Flags: func(fs *flag.FlagSet) {
			f.graph.flag(fs)
			fs.StringVar(&f.definition, "asl", "", "the state machine, birds.asl.json")
			fs.StringVar(&f.images, "images", "", "the flow's images, birds.images.json")
			f.manifest.flag(fs)
			f.sources.Flags(fs)
			fs.StringVar(&f.out, "out", "", "the template to write, birds.template.yaml")
		},
		Needs: []string{"graph", "asl", "images", "manifest", "out"},
		Run:   f.run,
	}
}

type cfnFlags struct {
	graph                   graphFile
	manifest                manifestFile
	definition, images, out string
	sources                 config.Sources
}

func (f *cfnFlags) run(stderr io.Writer) error {
	var in cfn.Input
	var err error
	if in.Graph, err = f.graph.read(); err != nil {
		return err
	}
	if in.Definition, err = os.ReadFile(f.definition); err != nil {
		return fmt.Errorf("reading the state machine: %w", err)
	}
	if in.Images, err = cli.Read(f.images, images.Decode); err != nil {
		return err
	}
	if in.Manifest, err = f.manifest.read(); err != nil {
		return err
	}
	if in.Config, err = resolve(f.sources); err != nil {
		return err
	}
	template, err := cfn.Generate(in)
	if err != nil {
		return err
	}
	for _, note := range template.Notes {
		fmt.Fprintln(stderr, "note: "+note)
	}
	return cli.Write(f.out, template.YAML)
}
