package main

import (
	"flag"
	"io"
	"os"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/images"
)

func imagesVerb() cli.Tool {
	var inGraph graphFile
	var inManifest manifestFile
	var digests []string
	var out string
	return cli.Tool{
		Name: "images",
		Does: "writes the list of a flow's images",
		Flags: func(fs *flag.FlagSet) {
			inGraph.flag(fs)
			inManifest.flag(fs)
			repeated(fs, &digests, "digest", "`target=file` with the digest of the target's image; once for each step")
			fs.StringVar(&out, "out", "", "the list to write, birds.images.json")
		},
		Needs: []string{"graph", "manifest", "out"},
		Run: func(io.Writer) error {
			g, err := inGraph.read()
			if err != nil {
				return err
			}
			m, err := inManifest.read()
			if err != nil {
				return err
			}
			byTarget, err := images.ReadDigests(m, digests, os.ReadFile)
			if err != nil {
				return err
			}
			list, err := images.New(g, m, byTarget)
			if err != nil {
				return err
			}
			data, err := list.Encode()
			if err != nil {
				return err
			}
			return cli.Write(out, data)
		},
	}
}
