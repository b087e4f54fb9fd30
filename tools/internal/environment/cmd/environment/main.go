// Command environment writes the environment of a flow's local run: its lambda_env
// and the env of its steps.
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

func main() {
	var sources config.Sources
	var steps, out string
	cli.Tool{
		Name: "environment",
		Flags: func(fs *flag.FlagSet) {
			sources.Flags(fs)
			fs.StringVar(&steps, "steps", "", "the steps with their env, as JSON")
			fs.StringVar(&out, "out", "", "the file to write")
		},
		Run: func(io.Writer) error { return write(sources, steps, out) },
	}.Main()
}

func write(sources config.Sources, steps, out string) error {
	layers, err := sources.Layers()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(steps)
	if err != nil {
		return fmt.Errorf("reading the steps: %w", err)
	}
	var all []environment.Step
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("reading the steps: %w", err)
	}
	encoded, err := environment.Join(config.Resolve(layers...).LambdaEnv, all).Encode()
	if err != nil {
		return err
	}
	return cli.Write(out, encoded)
}
