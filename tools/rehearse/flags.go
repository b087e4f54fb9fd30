package rehearse

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/userpath"
)

const usage = `Rehearses %[1]s: runs its state machine, template and images on this machine.

usage: %[2]s [flags]

  --input JSON           input of the execution
  --input-file FILE      the same from a file; - is standard input
  --parameter NAME=VALUE parameter of the template; may be repeated
  --concurrency N        functions that run at once (%[3]d)
  --backoff X            factor for the pauses between attempts: 1 as on AWS, 0 none (1)
  --name NAME            name of the execution (rehearsal- and the time)
  --stack NAME           name of the stack (the flow's name)
  --keep DIR             keep the bucket, the history and the logs in a folder
  --redrive DIR          continue the failed execution kept in a folder
  --quiet, --json        no progress; progress as JSON, one event per line

Faults, to test retries, tolerated failures and values that are written only once:

  --fail STEP[@INDEX][:TIMES][=TYPE]  fails calls of a step, as in flap-bird@3 or count-word@2/17:1=Throttled
  --fail-rate SHARE      fails invocations with a transient error, as in 0.1
  --throttle SHARE       throttles invocations
  --lambdas N            throttles invocations above N at once, as in a small account
  --kill SHARE           kills the machine during an invocation
  --slow TIME            delays responses by up to TIME, as in 200ms
  --s3-errors SHARE      fails requests to S3
  --seed N               selects which ones

The result is written to standard output as JSON, everything else to standard error.
Exit codes: 0 done, 1 the execution failed, 2 usage error.
`

// parse parses the command line; help is true if it asks for help.
func (c command) parse(args []string) (o Options, help bool, err error) {
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors and help are written by the caller
	o = Options{Parameters: map[string]string{}, Progress: c.stderr}
	input := f.String("input", "", "")
	file := f.String("input-file", "", "")
	redrive := f.String("redrive", "", "")
	quiet := f.Bool("quiet", false, "")
	asJSON := f.Bool("json", false, "")
	f.IntVar(&o.Concurrency, "concurrency", c.concurrency(), "")
	f.Float64Var(&o.Backoff, "backoff", 1, "")
	f.StringVar(&o.Name, "name", "", "")
	f.StringVar(&o.Stack, "stack", "", "")
	f.StringVar(&o.Keep, "keep", "", "")
	f.Func("parameter", "", func(text string) error {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return errors.New("want NAME=VALUE")
		}
		o.Parameters[name] = value
		return nil
	})
	f.Func("fail", "", func(text string) error {
		call, err := ParseCall(text)
		o.Faults.Fail = append(o.Faults.Fail, call)
		return err
	})
	f.Float64Var(&o.Faults.FailRate, "fail-rate", 0, "")
	f.Float64Var(&o.Faults.Throttle, "throttle", 0, "")
	f.Func("lambdas", "", func(text string) (err error) {
		if o.Faults.Lambdas, err = strconv.Atoi(text); err != nil || o.Faults.Lambdas < 1 {
			return errors.New("want 1 or more")
		}
		return nil
	})
	f.Float64Var(&o.Faults.Kill, "kill", 0, "")
	f.DurationVar(&o.Faults.Slow, "slow", 0, "")
	f.Float64Var(&o.Faults.S3Errors, "s3-errors", 0, "")
	f.Uint64Var(&o.Faults.Seed, "seed", 1, "")
	if err := f.Parse(args); err != nil {
		return o, errors.Is(err, flag.ErrHelp), err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, pair := range [][2]string{{"input", "input-file"}, {"keep", "redrive"}, {"quiet", "json"}, {"input", "redrive"}, {"input-file", "redrive"}, {"name", "redrive"}, {"stack", "redrive"}, {"concurrency", "lambdas"}} {
		if given[pair[0]] && given[pair[1]] {
			return o, false, fmt.Errorf("--%s and --%s exclude each other", pair[0], pair[1])
		}
	}
	switch {
	case f.NArg() > 0:
		return o, false, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case *redrive != "":
		o.Keep, o.Redrive = *redrive, true
	case given["input"]:
		o.Input = json.RawMessage(*input)
	case given["input-file"]:
		if o.Input, err = userpath.ReadInput(*file, c.stdin); err != nil {
			return o, false, err
		}
	}
	if (given["input"] || given["input-file"]) && len(bytes.TrimSpace(o.Input)) == 0 {
		return o, false, errors.New("the input is empty")
	}
	switch {
	case *quiet:
		o.Progress = nil
	case *asJSON:
		o.Form = progress.JSON
	}
	if o.Keep != "" {
		o.Keep = userpath.Path(o.Keep)
	}
	return o, false, o.validate()
}

// concurrency is enough to keep the CPUs busy: a function spends most of its
// time waiting for S3.
func (c command) concurrency() int { return 8 * runtime.GOMAXPROCS(0) }
