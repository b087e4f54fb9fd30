// Package ship takes a flow from its built artifacts to a stack on AWS. It is the
// program <flow>_aws, which is also in the flow's bundle.
package ship

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lokki-build/lokki/internal/plaintext"
	"github.com/lokki-build/lokki/internal/suggest"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Command is the program without its process.
type Command struct {
	Executable     string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // whether questions can be asked, and lines rewritten
}

// verb is what the program can be asked to do.
type verb struct {
	name, args, summary string
	flags               func(*flag.FlagSet, *options)
	run                 func(context.Context, *Command, Artifacts, options) error
}

// options are the flags of all verbs; each verb declares those that it has.
type options struct {
	env        string
	yes        bool
	wait       bool
	express    bool
	dataLoss   bool
	data       bool
	images     bool
	bucket     string
	repository string
	args       []string
}

// verbs are in the order in which a user needs them.
var verbs = []verb{
	{"push", "", "send the images that the registry doesn't have", nil, push},
	{"diff", "", "show what deploy would change", deployFlags, diff},
	{"deploy", "", "push the images and create or update the stack", func(fs *flag.FlagSet, o *options) {
		deployFlags(fs, o)
		yesFlag(fs, o)
		fs.BoolVar(&o.wait, "wait", false, "wait until no execution is running and no other deployment is in progress")
		fs.BoolVar(&o.express, "express", false, "don't wait for resources to be ready; for development")
		fs.BoolVar(&o.dataLoss, "allow-data-loss", false, "replace or remove also what holds data")
	}, deploy},
	{"destroy", "", "delete the stack", func(fs *flag.FlagSet, o *options) {
		yesFlag(fs, o)
		fs.BoolVar(&o.data, "data", false, "delete the values of its runs too")
		fs.BoolVar(&o.images, "images", false, "delete the images that it used too")
	}, destroy},
	{"permissions", "deploy|run|ci", "print the least policy for who deploys, only runs, or deploys from CI", func(fs *flag.FlagSet, o *options) {
		fs.StringVar(&o.repository, "repository", "", "the GitHub repository of the CI role, as in `OWNER/NAME`")
	}, permissions},
}

func yesFlag(fs *flag.FlagSet, o *options) {
	fs.BoolVar(&o.yes, "yes", false, "don't ask")
}

func deployFlags(fs *flag.FlagSet, o *options) {
	fs.StringVar(&o.bucket, "template-bucket", "", "the `BUCKET` for a template over 51,200 bytes; by default the artifact bucket")
}

// Main runs the program with the process's arguments and exits: 0 done, 1 failed,
// 2 usage error.
func Main() {
	c := Command{Executable: os.Args[0], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Terminal: isTerminal(os.Stdin) && isTerminal(os.Stderr)}
	os.Exit(c.Run(context.Background(), os.Args[1:]))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// Run does what args ask for and returns the exit code.
func (c *Command) Run(ctx context.Context, args []string) int {
	a, err := ReadArtifacts(c.Executable)
	if err != nil {
		return c.fail(exitFailed, err)
	}
	call := a.Call
	if call == "" {
		call = filepath.Base(c.Executable)
	}
	a.Call = call
	if len(args) == 0 || args[0] == "help" || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h" {
		c.usage(a)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	v, err := findVerb(args[0])
	if err != nil {
		return c.fail(exitUsage, fmt.Errorf("%w\nhint: %s --help lists the verbs", err, call))
	}
	o, help, err := v.parse(args[1:])
	switch {
	case help:
		v.usage(c.Stdout, call)
		return exitDone
	case err != nil:
		return c.fail(exitUsage, fmt.Errorf("%w\nhint: %s %s --help lists the flags", err, call, v.name))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = v.run(ctx, c, a, o)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return c.fail(exitUsage, err)
	case err != nil:
		return c.fail(exitFailed, err)
	}
	return exitDone
}

// usageError is a mistake in the arguments that only the verb can see.
type usageError struct{ error }

func findVerb(name string) (verb, error) {
	var names []string
	for _, v := range verbs {
		if v.name == name {
			return v, nil
		}
		names = append(names, v.name)
	}
	if near := suggest.Name(name, names); near != "" {
		return verb{}, fmt.Errorf("unknown verb %q; did you mean %s?", name, near)
	}
	return verb{}, fmt.Errorf("unknown verb %q", name)
}

func (v verb) flagSet(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(v.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors and help are written by the caller
	fs.StringVar(&o.env, "env", "", "the `ENVIRONMENT` of lokki.yml; may be left out where there is one")
	if v.flags != nil {
		v.flags(fs, o)
	}
	return fs
}

func (v verb) parse(args []string) (o options, help bool, err error) {
	fs := v.flagSet(&o)
	for {
		if err := fs.Parse(args); err != nil {
			return o, errors.Is(err, flag.ErrHelp), err
		}
		if fs.NArg() == 0 {
			break
		}
		o.args = append(o.args, fs.Arg(0)) // flags may follow an argument
		args = fs.Args()[1:]
	}
	if v.args == "" && len(o.args) > 0 {
		return o, false, fmt.Errorf("unexpected argument %q", o.args[0])
	}
	return o, false, nil
}

func (c *Command) usage(a Artifacts) {
	fmt.Fprintf(c.Stdout, "Takes %s to AWS.\n\nusage: %s VERB [flags]\n\n", a.Flow, a.Call)
	for _, v := range verbs {
		fmt.Fprintf(c.Stdout, "  %-28s %s\n", strings.TrimSpace(v.name+" "+v.args), v.summary)
	}
	fmt.Fprintf(c.Stdout, "\n%s VERB --help lists the flags of a verb.\nExit codes: 0 done, 1 failed, 2 usage error.\n", a.Call)
}

func (v verb) usage(w io.Writer, call string) {
	fmt.Fprintf(w, "%s: %s.\n\nusage: %s %s [flags]\n\n", v.name, v.summary, call, strings.TrimSpace(v.name+" "+v.args))
	v.flagSet(&options{}).VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  %-28s %s\n", strings.TrimSpace("--"+f.Name+" "+value), text)
	})
}

// say writes a line of progress, escaped for the terminal: AWS's texts may hold
// anything.
func (c *Command) say(format string, args ...any) {
	io.WriteString(c.Stderr, plaintext.Escape(fmt.Sprintf(format+"\n", args...)))
}

func (c *Command) fail(code int, err error) int {
	c.say("error: %v", err)
	return code
}
