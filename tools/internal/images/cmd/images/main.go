// Command images writes the list of a flow's images.
package main

import (
	"flag"
	"io"
	"os"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/images"
)

func main() {
	var graphFile, manifestFile, out string
	var digests []string
	cli.Tool{
		Name: "images",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&graphFile, "graph", "", "the flow's graph, birds.graph.json")
			fs.StringVar(&manifestFile, "manifest", "", "the flow's steps, birds.steps.json")
			fs.StringVar(&out, "out", "", "the list to write, birds.images.json")
			fs.Func("digest", "`target=file` with the digest of the target's image; once for each step", func(arg string) error {
				digests = append(digests, arg)
				return nil
			})
		},
		Needs: []string{"graph", "manifest", "out"},
		Run: func(io.Writer) error {
			g, err := cli.Read(graphFile, graph.Decode)
			if err != nil {
				return err
			}
			m, err := cli.Read(manifestFile, manifest.Decode)
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
	}.Main()
}
