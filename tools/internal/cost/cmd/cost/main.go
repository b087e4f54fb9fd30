// Command cost estimates what an execution of a flow uses and costs.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

func main() {
	f := flags{fixed: map[string]int{}}
	cli.Tool{
		Name: "cost",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&f.graph, "graph", "", "the flow's graph, birds.graph.json")
			fs.StringVar(&f.manifest, "manifest", "", "the flow's steps, birds.steps.json")
			f.sources.Flags(fs)
			fs.StringVar(&f.prices, "prices", "", "a file that overrides keys of tools/internal/cost/basis.yml; optional")
			fs.StringVar(&f.items, "items", "", "numbers of items of each map, one column each, as in 1,1000; optional")
			fs.Func("map", "`step=items`: the number of items, in every column, of the map that begins with this step", f.fix)
			fs.StringVar(&f.out, "out", "", "the table to write, birds.cost.txt")
		},
		Needs: []string{"graph", "manifest", "out"},
		Run:   func(io.Writer) error { return run(f) },
	}.Main()
}

type flags struct {
	graph, manifest, prices, items, out string
	sources                             config.Sources
	fixed                               map[string]int
}

// fix parses one -map.
func (f *flags) fix(arg string) error {
	name, number, _ := strings.Cut(arg, "=")
	n, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("want a step and a number, as in flap-bird=20")
	}
	f.fixed[name] = n
	return nil
}

func run(f flags) error {
	in := cost.Input{Basis: cost.DefaultBasis()}
	var err error
	if in.Graph, err = cli.Read(f.graph, graph.Decode); err != nil {
		return err
	}
	if in.Manifest, err = cli.Read(f.manifest, manifest.Decode); err != nil {
		return err
	}
	layers, err := f.sources.Layers()
	if err != nil {
		return err
	}
	c := config.Resolve(layers...)
	in.Memory, in.Timeout, in.Metrics = c.LambdaDefaults.Memory, c.LambdaDefaults.Timeout, c.Metrics
	if f.prices != "" {
		data, err := os.ReadFile(f.prices)
		if err != nil {
			return fmt.Errorf("reading the prices: %w", err)
		}
		if in.Basis, err = cost.ParseBasis(f.prices, data); err != nil {
			return err
		}
	}
	if err := f.lengths(&in.Basis.Items); err != nil {
		return err
	}
	text, err := cost.Table(in)
	if err != nil {
		return err
	}
	return cli.Write(f.out, text)
}

// lengths lets the flags override the lengths in the prices file.
func (f flags) lengths(items *cost.Items) error {
	if items.Maps == nil {
		items.Maps = map[string]int{}
	}
	maps.Copy(items.Maps, f.fixed)
	if f.items == "" {
		return nil
	}
	items.Columns = nil
	for field := range strings.SplitSeq(f.items, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil {
			return fmt.Errorf("-items %s: want numbers separated by commas, as in 1,1000", f.items)
		}
		items.Columns = append(items.Columns, n)
	}
	return nil
}
