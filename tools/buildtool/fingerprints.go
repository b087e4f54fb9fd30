package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/fingerprints"
)

func fingerprintsVerb() cli.Tool {
	var out string
	var steps []string
	return cli.Tool{
		Name: "fingerprints",
		Does: "writes the fingerprints of a flow's steps, which change with their code",
		Flags: func(fs *flag.FlagSet) {
			repeated(fs, &steps, "step", "`function=file` with the program that holds the function; once for each step")
			fs.StringVar(&out, "out", "", "the file to write, birds.fingerprints.json")
		},
		Needs: []string{"out"},
		Run: func(io.Writer) error {
			all, err := fingerprints.New(steps)
			if err != nil {
				return err
			}
			data, err := all.Encode()
			if err != nil {
				return err
			}
			return cli.Write(out, data)
		},
	}
}
