package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
)

func configVerb() cli.Tool {
	var sources config.Sources
	var out string
	return cli.Tool{
		Name: "config",
		Does: "writes a flow's settings and where each comes from",
		Flags: func(fs *flag.FlagSet) {
			sources.Flags(fs)
			fs.StringVar(&out, "out", "", "the settings to write, birds_config.json")
		},
		Needs: []string{"out"},
		Run: func(io.Writer) error {
			layers, err := sources.Layers()
			if err != nil {
				return err
			}
			data, err := config.EncodeSettings(config.Settings(layers...))
			if err != nil {
				return err
			}
			return cli.Write(out, data)
		},
	}
}
