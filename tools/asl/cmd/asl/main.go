// Command asl writes the state machine of a flow's graph.
package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/internal/cli"
)

func main() {
	var in, out string
	cli.Tool{
		Name: "asl",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&in, "graph", "", "the flow's graph, birds.graph.json")
			fs.StringVar(&out, "out", "", "the state machine to write, birds.asl.json")
		},
		Needs: []string{"graph", "out"},
		Run: func(io.Writer) error {
			g, err := cli.Read(in, graph.Decode)
			if err != nil {
				return err
			}
			definition, err := asl.Generate(g)
			if err != nil {
				return err
			}
			return cli.Write(out, definition)
		},
	}.Main()
}
