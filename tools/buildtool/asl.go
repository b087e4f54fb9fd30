package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/internal/cli"
)

func aslVerb() cli.Tool {
	var in graphFile
	var out string
	return cli.Tool{
		Name: "asl",
		Does: "writes the state machine of a flow",
		Flags: func(fs *flag.FlagSet) {
			in.flag(fs)
			fs.StringVar(&out, "out", "", "the state machine to write, birds.asl.json")
		},
		Needs: []string{"graph", "out"},
		Run: func(io.Writer) error {
			g, err := in.read()
			if err != nil {
				return err
			}
			definition, err := asl.Generate(g)
			if err != nil {
				return err
			}
			return cli.Write(out, definition)
		},
	}
}
