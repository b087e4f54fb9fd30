package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/environment"
)

func environmentVerb() cli.Tool {
	var f environmentFlags
	return cli.Tool{
		Name: "environment",
		Does: "writes the environment of a flow's local run: its lambda_env and the env of its steps",
		Flags: func(fs *flag.FlagSet) {
			f.sources.Flags(fs)
			fs.StringVar(&f.steps, "steps", "", "the steps with their env, as JSON")
			fs.StringVar(&f.out, "out", "", "the file to write")
		},
		Needs: []string{"steps", "out"},
		Run:   f.run,
	}
}

type environmentFlags struct {
	sources    config.Sources
	steps, out string
}

func (f *environmentFlags) run(io.Writer) error {
	c, err := resolve(f.sources)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(f.steps)
	if err != nil {
		return fmt.Errorf("reading the steps: %w", err)
	}
	var steps []environment.Step
	if err := json.Unmarshal(data, &steps); err != nil {
		return fmt.Errorf("reading the steps: %w", err)
	}
	encoded, err := environment.Join(c.LambdaEnv, steps).Encode()
	if err != nil {
		return err
	}
	return cli.Write(f.out, encoded)
}
