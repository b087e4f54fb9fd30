// Command svg draws a flow's graph as a picture.
package main

import (
	"context"
	"flag"
	"io"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/svg"
)

func main() {
	var in, out string
	cli.Tool{
		Name: "svg",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&in, "graph", "", "the flow's graph, birds.graph.json")
			fs.StringVar(&out, "out", "", "the picture to write, birds.svg")
		},
		Needs: []string{"graph", "out"},
		Run: func(io.Writer) error {
			g, err := cli.Read(in, graph.Decode)
			if err != nil {
				return err
			}
			picture, err := svg.Draw(context.Background(), g)
			if err != nil {
				return err
			}
			return cli.Write(out, picture)
		},
	}.Main()
}
