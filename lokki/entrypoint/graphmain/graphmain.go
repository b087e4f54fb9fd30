// Package graphmain is the program that writes a flow's graph. A lokki_flow
// rule generates its main function, since only code that imports the flow can
// call it:
//
//	func main() { graphmain.Main(flow.BirdsFlow) }
package graphmain

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	// A flow function has the same time zones as the steps.
	_ "time/tzdata"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/launch"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/lokki"
)

// Main writes the graph of the flow that a flow function returns to the file
// named by -out, if it is valid and its steps match the manifest in the file
// named by -manifest. It exits with 0 when the graph is written, 1 when the
// flow or the manifest is wrong, with all problems on standard error, and 2
// after a usage error.
func Main[T any](flow func() lokki.Flow[T]) {
	build := func() (chain.Flow, error) {
		return chain.BuildFunc(flow)
	}
	process := launch.Enter()
	process.Prints.Release(nil)
	process.Exit(run(build, process.Args, process.Stderr))
}

// run is the program without the process around it; it returns the exit code.
func run(build func() (chain.Flow, error), args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("graph", flag.ContinueOnError)
	flags.SetOutput(stderr)
	manifestFile := flags.String("manifest", "", "`file` with the steps of the lokki_flow")
	out := flags.String("out", "", "`file` to write the graph to")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if *manifestFile == "" || *out == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "error: want -manifest FILE -out FILE and no other arguments")
		return 2
	}
	if err := write(build, *manifestFile, *out); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func write(build func() (chain.Flow, error), manifestFile, out string) error {
	data, err := os.ReadFile(manifestFile)
	if err != nil {
		return fmt.Errorf("reading the steps manifest: %w", err)
	}
	steps, err := manifest.Decode(data)
	if err != nil {
		return fmt.Errorf("reading %s: %w", manifestFile, err)
	}
	encoded, err := encode(build, steps)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, encoded, 0o644); err != nil {
		return fmt.Errorf("writing the graph: %w", err)
	}
	return nil
}

// encode is a pure function from a flow and its targets to the graph.
func encode(build func() (chain.Flow, error), steps manifest.Manifest) ([]byte, error) {
	flow, err := build()
	if err != nil {
		return nil, err
	}
	g := flow.Plan.Graph
	if err := errors.Join(steps.Match(g), checkInputs(flow, steps)); err != nil {
		return nil, err
	}
	g.Timeout = steps.Timeout
	return graph.Encode(g)
}

// checkInputs reports inputs of schedules that don't fit what the flow's first
// step takes. The flow's types are known only here.
func checkInputs(flow chain.Flow, m manifest.Manifest) error {
	var problems []error
	start := flow.Nodes[0]
	for _, s := range m.Schedules {
		if _, err := inputs.Merge(start.Defaults, s.SampleInput(), start.In); err != nil {
			problems = append(problems, fmt.Errorf("%s: %s: the input does not fit %s:\n%w", m.Flow, s.Title(), start.In, err))
		}
	}
	return errors.Join(problems...)
}
