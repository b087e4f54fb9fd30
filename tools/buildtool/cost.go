package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

func costVerb() cli.Tool {
	f := costFlags{fixed: map[string]int{}}
	return cli.Tool{
		Name: "cost",
		Does: "writes an estimate of what an execution of a flow uses and costs",
		Flags: func(fs *flag.FlagSet) {
			f.graph.flag(fs)
			f.manifest.flag(fs)
			f.sources.Flags(fs)
			fs.StringVar(&f.prices, "prices", "", "a file that overrides keys of tools/internal/cost/basis.yml; optional")
			fs.StringVar(&f.items, "items", "", "numbers of items of each map, one column each, as in 1,1000; optional")
			fs.Func("map", "`step=items`: the number of items, in every column, of the map that begins with this step", f.fix)
			fs.StringVar(&f.out, "out", "", "the table to write, birds.cost.txt")
		},
		Needs: []string{"graph", "manifest", "out"},
		Run:   f.run,
	}
}

type costFlags struct {
	graph              graphFile
	manifest           manifestFile
	prices, items, out string
	sources            config.Sources
	fixed              map[string]int
}

// fix parses one -map.
func (f *costFlags) fix(arg string) error {
	name, number, _ := strings.Cut(arg, "=")
	n, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("want a step and a number, as in flap-bird=20")
	}
	f.fixed[name] = n
	return nil
}

func (f *costFlags) run(io.Writer) error {
	in := cost.Input{Basis: cost.DefaultBasis()}
	var err error
	if in.Graph, err = f.graph.read(); err != nil {
		return err
	}
	if in.Manifest, err = f.manifest.read(); err != nil {
		return err
	}
	c, err := resolve(f.sources)
	if err != nil {
		return err
	}
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
func (f *costFlags) lengths(items *cost.Items) error {
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
