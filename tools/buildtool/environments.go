package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
)

func environmentsVerb() cli.Tool {
	var sources config.Sources
	var out string
	return cli.Tool{
		Name: "environments",
		Does: "writes the environments that a flow can be deployed to",
		Flags: func(fs *flag.FlagSet) {
			sources.Flags(fs)
			fs.StringVar(&out, "out", "", "the environments to write, birds_environments.json")
		},
		Needs: []string{"out"},
		Run: func(io.Writer) error {
			layers, err := sources.Layers()
			if err != nil {
				return err
			}
			all, err := config.Environments(layers...)
			if err != nil {
				return err
			}
			data, err := config.EncodeEnvironments(all)
			if err != nil {
				return err
			}
			return cli.Write(out, data)
		},
	}
}
