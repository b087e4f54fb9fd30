package localcommand

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/userpath"
)

// options are what the command line asks for.
type options struct {
	localrun.Options
	storeFlags
	trace string                 // the file to write; "" for none
	notes io.Writer              // what the user should know about the run; nil for none
	id    atomic.Pointer[string] // of the stored run, once it is open
}

// parse parses the command line; help is true if it asks for help.
func (c command) parse(args []string, flow chain.Flow) (o *options, help bool, err error) {
	o = new(options)
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors and help are written by the caller
	input := flags.String("input", "", "")
	file := flags.String("input-file", "", "")
	flags.IntVar(&o.Engine.Concurrency, "concurrency", runtime.GOMAXPROCS(0), "")
	flags.Float64Var(&o.Engine.Backoff, "backoff", 1, "")
	quiet := flags.Bool("quiet", false, "")
	events := flags.Bool("json", false, "")
	flags.StringVar(&o.trace, "trace", "", "")
	o.storeFlags.declare(flags)
	if err := flags.Parse(args); err != nil {
		return nil, errors.Is(err, flag.ErrHelp), err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return nil, false, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.Engine.Concurrency < 1:
		return nil, false, fmt.Errorf("--concurrency %d: want 1 or more", o.Engine.Concurrency)
	case !(o.Engine.Backoff >= 0 && o.Engine.Backoff <= engine.MaxBackoff):
		return nil, false, fmt.Errorf("--backoff %v: want a factor from 0 to %d", o.Engine.Backoff, engine.MaxBackoff)
	case *quiet && *events:
		return nil, false, errors.New("--quiet and --json exclude each other")
	case given["trace"] && o.trace == "":
		return nil, false, errors.New("--trace: want the name of a file")
	case given["input"] && given["input-file"]:
		return nil, false, errors.New("--input and --input-file exclude each other")
	case given["input"]:
		o.Input = json.RawMessage(*input)
	case given["input-file"]:
		o.Input, err = userpath.ReadInput(*file, c.stdin)
	}
	o.View, o.notes = &localrun.View{Out: c.stderr}, c.stderr
	switch {
	case *quiet:
		o.View.Form, o.notes = progress.Quiet, nil
	case *events:
		o.View.Form, o.notes = progress.JSON, nil
	}
	if err == nil {
		err = o.storeFlags.check(given)
	}
	if o.store != "" {
		o.keepResults(c)
	}
	if err == nil && o.Input != nil && len(bytes.TrimSpace(o.Input)) == 0 {
		err = errors.New("the input is empty")
	}
	return o, false, err
}

// usage writes the help to standard output.
func (c command) usage(flow chain.Flow) error {
	defaults := new(bytes.Buffer)
	if err := json.Indent(defaults, flow.Nodes[0].Defaults, "  ", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, `Runs the flow %[2]s in this process.

usage: %[1]s [--input JSON | --input-file FILE] [--concurrency N] [--backoff FACTOR]
       [--quiet | --json] [--trace FILE]
       %[1]s --store DIR [--run ID | --resume ID [--from STEP | --only STEP --at INDEX]]
       %[1]s describe [--format text|mermaid]
       %[1]s cat DIR KEY

  --input JSON       overrides the flow's defaults, field by field
  --input-file FILE  the same from a file; - is standard input
  --concurrency N    how many steps run at the same time (%[3]d)
  --backoff FACTOR   factor for the pauses before retries; 0 for none (1)
  --quiet            shows no progress, only errors
  --json             shows progress as JSON, one event per line
  --trace FILE       writes all calls of steps for https://ui.perfetto.dev
%[6]s  --help             shows this help

The result is written to standard output as JSON, progress to standard error:
live if that is a terminal, without colours if NO_COLOR is set.
Exit codes: 0 done, 1 the flow failed, 2 usage error.

The defaults, a %[4]s:
  %[5]s
`, c.call(), flow.Plan.Graph.Flow, runtime.GOMAXPROCS(0), flow.Nodes[0].In, defaults, storeUsage)
	return err
}
