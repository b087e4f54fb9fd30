package main

import (
	"flag"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/launch"
	"github.com/lokki-build/lokki/tools/internal/cli"
)

// graphVerb runs the program that has the flow: only code that imports a flow
// can call it.
func graphVerb() cli.Tool {
	var f graphFlags
	return cli.Tool{
		Name: "graph",
		Does: "runs a flow's program, which writes its graph, in the environment of its steps",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&f.program, "program", "", "the program that has the flow")
			fs.StringVar(&f.environment, "environment", "", "the environment, as the verb environment writes it")
			fs.StringVar(&f.manifest, "manifest", "", "the flow's steps, birds.steps.json")
			fs.StringVar(&f.out, "out", "", "the graph to write, birds.graph.json")
		},
		Needs: []string{"program", "environment", "manifest", "out"},
		Run:   f.run,
	}
}

type graphFlags struct{ program, environment, manifest, out string }

func (f *graphFlags) run(stderr io.Writer) error {
	env, err := launch.ReadEnvironment(f.environment)
	if err != nil {
		return err
	}
	for _, note := range env.Notes {
		fmt.Fprintln(stderr, "note: "+note)
	}
	code := launch.Run(launch.Program{
		Path: f.program,
		Name: f.program,
		Args: []string{"-manifest", f.manifest, "-out", f.out},
		Env:  env.Variables(),
	})
	if code != 0 {
		return cli.Exit(code)
	}
	return nil
}
