package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/userpath"
)

// parse parses the command line; help is true if it asks for help.
func (c command) parse(args []string, flow chain.Flow) (opts Options, help bool, err error) {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors and help are written by the caller
	input := flags.String("input", "", "")
	file := flags.String("input-file", "", "")
	flags.IntVar(&opts.Concurrency, "concurrency", runtime.GOMAXPROCS(0), "")
	flags.Float64Var(&opts.Backoff, "backoff", 1, "")
	quiet := flags.Bool("quiet", false, "")
	events := flags.Bool("json", false, "")
	flags.StringVar(&opts.trace, "trace", "", "")
	keep := &keeping{program: c.program, notes: c.stderr, now: c.now}
	keep.flags(flags)
	if err := flags.Parse(args); err != nil {
		return Options{}, errors.Is(err, flag.ErrHelp), err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return Options{}, false, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.Concurrency < 1:
		return Options{}, false, fmt.Errorf("--concurrency %d: want 1 or more", opts.Concurrency)
	case !(opts.Backoff >= 0 && opts.Backoff <= maxBackoff):
		return Options{}, false, fmt.Errorf("--backoff %v: want a factor from 0 to %d", opts.Backoff, maxBackoff)
	case *quiet && *events:
		return Options{}, false, errors.New("--quiet and --json exclude each other")
	case given["trace"] && opts.trace == "":
		return Options{}, false, errors.New("--trace: want the name of a file")
	case given["input"] && given["input-file"]:
		return Options{}, false, errors.New("--input and --input-file exclude each other")
	case given["input"]:
		opts.Input = json.RawMessage(*input)
	case given["input-file"]:
		opts.Input, err = userpath.ReadInput(*file, c.stdin)
	}
	if opts.Backoff == 0 {
		opts.Backoff = NoBackoff
	}
	opts.Progress, opts.view = c.stderr, new(view)
	switch {
	case *quiet:
		opts.view.form, keep.notes = progress.Quiet, nil
	case *events:
		opts.view.form, keep.notes = progress.JSON, nil
	}
	if err == nil {
		err = keep.check(given)
	}
	if keep.store != "" {
		opts.keep = keep
	}
	if err == nil && opts.Input != nil && len(bytes.TrimSpace(opts.Input)) == 0 {
		err = errors.New("the input is empty")
	}
	return opts, false, err
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
`, c.call(), flow.Graph.Flow, runtime.GOMAXPROCS(0), flow.Nodes[0].In, defaults, keepUsage)
	return err
}
