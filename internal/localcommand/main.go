// Package localcommand is the program that runs a flow on this machine, such as
// birds_local: its command line, its output and its exit codes.
package localcommand

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/launch"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/plaintext"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/trace"
	"github.com/lokki-build/lokki/internal/userpath"
)

// Program is what differs from one program to the next.
type Program struct {
	// Bucket opens the store in an S3 bucket; nil if the program can't.
	Bucket func(name string) (store.Store, error)

	// Fingerprints identify the version of each step's code, by its function. For
	// a step without one, it is that of the whole program.
	Fingerprints fingerprint.Steps

	// Call is how the user calls the program, as in "bazel run //flows:birds_local --".
	// It defaults to the program's name.
	Call string

	// Timeout limits the duration of a run; 0 is no limit.
	Timeout time.Duration
}

// Main runs the flow that build returns, as the command line says. It exits with 0
// when the flow succeeds, 1 when it fails or is interrupted, and 2 after a usage
// error, including a wrong input.
func Main(build func() (chain.Flow, error), program Program) {
	process := launch.Enter()
	c := command{
		program: program, now: time.Now, process: process,
		name:  filepath.Base(os.Args[0]),
		build: build,
		stdin: process.Stdin, stdout: process.Stdout, stderr: process.Stderr,
		errorFile: os.Getenv(ErrorFile),
		grace:     time.Second,
	}
	os.Unsetenv(ErrorFile)
	process.Exit(c.run(context.Background(), process.Args))
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

type command struct {
	name           string // the program's
	program        Program
	process        *launch.Process // nil in tests
	errorFile      string          // "" for none
	now            func() time.Time
	build          func() (chain.Flow, error)
	stdin          io.Reader
	stdout, stderr io.Writer
	grace          time.Duration // for steps to end once the run is interrupted
}

// run is the program without the process around it; it returns the exit code.
func (c command) run(ctx context.Context, args []string) int {
	flow, err := c.build()
	if err != nil {
		c.report(err)
		c.complain("%v\n", err)
		return exitFailed
	}
	if c.process != nil {
		c.process.Name(flow.Plan.Graph.Flow)
	}
	switch {
	case len(args) > 0 && args[0] == "describe":
		return c.describe(args[1:], flow.Plan)
	case len(args) > 0 && args[0] == "cat":
		return c.cat(ctx, args[1:])
	}
	o, help, err := c.parse(args, flow)
	switch {
	case help:
		if c.usage(flow) != nil {
			return exitFailed
		}
		return exitDone
	case err != nil:
		c.complain("error: %v\nhint: %s --help lists the flags\n", err, c.call())
		return exitUsage
	}
	if o.only.Step != "" {
		c.release() // there is no view to protect
	}
	o.View.Prints = c.prints()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.program.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.program.Timeout, deadlineError{c.program.Timeout})
		defer cancel()
	}
	result, err := c.traced(ctx, flow, o)
	c.release()
	if result != nil {
		if progress.Terminal(c.stdout) {
			result = plaintext.EscapeJSON(result)
		}
		if _, failed := fmt.Fprintf(c.stdout, "%s\n", result); failed != nil {
			err = failed
		}
	}
	var usage runs.UsageError
	var input localrun.InputError
	var deadline deadlineError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &input):
		c.report(err)
		c.complain("error: %v\n", err)
		return exitUsage
	case errors.As(err, &usage):
		c.complain("error: %v\n", err)
		return exitUsage
	case errors.As(err, &deadline):
		fmt.Fprintf(c.stderr, "error: %s timed out: %v\n", flow.Plan.Graph.Flow, deadline)
	case ctx.Err() != nil && errors.Is(err, context.Cause(ctx)):
		c.complain("error: %s was interrupted: %v\n", flow.Plan.Graph.Flow, context.Cause(ctx))
	default:
		c.report(err)
		c.complain("error: %v\n", err)
	}
	for _, hint := range o.hints(err, c.call()) {
		c.complain("hint: %s\n", hint)
	}
	return exitFailed
}

// complain writes text that may contain others' input to standard error, escaped
// because that is often a terminal.
func (c command) complain(format string, args ...any) {
	c.release()
	io.WriteString(c.stderr, plaintext.Escape(fmt.Sprintf(format, args...)))
}

// prints returns what the user's code prints, if that is held back.
func (c command) prints() progress.Prints {
	if c.process == nil || c.process.Prints == nil {
		return nil
	}
	return c.process.Prints
}

// release shows what the user's code has printed, and what it prints from now on.
func (c command) release() {
	if c.process != nil {
		c.process.Prints.Release(nil)
	}
}

// ErrorFile is an environment variable that names a file, to which the error that
// ended the flow is written. Unlike standard error it has nothing else.
const ErrorFile = "LOKKI_ERROR_FILE"

// report writes an error of the flow or its input to the error file.
func (c command) report(err error) {
	if c.errorFile == "" {
		return
	}
	if wrong := os.WriteFile(c.errorFile, []byte(plaintext.Escape(err.Error())+"\n"), 0o600); wrong != nil {
		c.complain("error: writing the file of %s: %v\n", ErrorFile, wrong)
	}
}

// call returns how the user calls the program.
func (c command) call() string { return cmp.Or(c.program.Call, c.name) }

// traced runs the flow and writes the trace that is asked for. An error of the trace
// is returned along with the result.
func (c command) traced(ctx context.Context, flow chain.Flow, o *options) ([]byte, error) {
	if o.trace == "" {
		return c.runFlow(ctx, flow, o)
	}
	file, err := os.Create(userpath.Path(o.trace))
	if err != nil {
		return nil, runs.UsageError{Err: fmt.Errorf("creating the file of --trace: %w", err)}
	}
	o.View.Trace = trace.New(file, flow.Plan.Graph.Flow, time.Now())
	result, err := c.runFlow(ctx, flow, o)
	if failed := errors.Join(o.View.Trace.Close(), file.Close()); failed != nil {
		err = errors.Join(err, fmt.Errorf("writing the trace: %w", failed))
	}
	return result, err
}

// runFlow returns soon after ctx is done even if steps ignore it: they end with the
// process.
func (c command) runFlow(ctx context.Context, flow chain.Flow, o *options) ([]byte, error) {
	type outcome struct {
		result []byte
		err    error
	}
	ended := make(chan outcome, 1)
	go func() {
		end := outcome{err: failure.Goexit}
		defer func() { ended <- end }()
		end.result, end.err = o.execute(ctx, flow)
	}()
	select {
	case end := <-ended:
		return end.result, end.err
	case <-ctx.Done():
	}
	select {
	case end := <-ended:
		return end.result, end.err
	case <-time.After(c.grace):
		o.View.Stop(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}
