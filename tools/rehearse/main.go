package rehearse

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

	"github.com/lokki-build/lokki/internal/plaintext"
	"github.com/lokki-build/lokki/internal/userpath"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main is the program that rehearses one flow, such as birds_rehearse. It
// doesn't return but exits: with 0 if the execution succeeded, 1 if it failed, 2
// for a usage error.
func Main() {
	c := command{
		name: filepath.Base(os.Args[0]), executable: os.Args[0],
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
	}
	os.Exit(c.run(context.Background(), os.Args[1:]))
}

type command struct {
	name, executable string
	stdin            io.Reader
	stdout, stderr   io.Writer
}

// run is the program without its process; it returns the exit code.
func (c command) run(ctx context.Context, args []string) int {
	a, err := ReadArtifacts(c.executable)
	if err != nil {
		return c.fail(exitFailed, err)
	}
	return c.rehearse(ctx, a, args)
}

// rehearse does what args ask for.
func (c command) rehearse(ctx context.Context, a Artifacts, args []string) int {
	o, help, err := c.parse(args)
	if err == nil {
		err = o.Faults.check(a.Graph)
	}
	switch {
	case help:
		fmt.Fprintf(c.stdout, usage, a.Graph.Flow, c.call(a), c.concurrency())
		return exitDone
	case err != nil:
		c.complain("error: %v\nhint: %s --help lists the flags\n", err, c.call(a))
		return exitUsage
	}
	if err := o.checkInput(a.Graph); err != nil {
		return c.fail(exitUsage, err)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.Progress != nil && o.Form == 0 {
		c.introduce(a)
	}
	r, err := Run(ctx, a, o)
	if err != nil {
		return c.fail(exitFailed, err)
	}
	interrupted := ctx.Err() != nil && errors.Is(r.Failed, context.Cause(ctx))
	return c.conclude(a, o, r, interrupted)
}

// conclude reports on an execution that has ended.
func (c command) conclude(a Artifacts, o Options, r Report, interrupted bool) int {
	if o.Progress != nil && o.Form == 0 {
		if err := r.Write(c.stderr); err != nil {
			return c.fail(exitFailed, err)
		}
	}
	for _, fault := range r.Unmet {
		c.complain("warning: %s\n", fault)
	}
	if r.Failed != nil {
		if r.Denied != nil {
			c.complain("error: %v\nhint: a role of the template lacks a permission\n", r.Denied)
		}
		how := "failed"
		if interrupted {
			how = "was interrupted"
		}
		c.complain("error: execution %s %s: %v\n", r.Execution, how, r.Failed)
		c.complain("hint: %s\n", c.next(a, o))
		return exitFailed
	}
	if _, err := fmt.Fprintf(c.stdout, "%s\n", r.Result); err != nil {
		return c.fail(exitFailed, err)
	}
	return exitDone
}

// next says how to continue after a failed execution.
func (c command) next(a Artifacts, o Options) string {
	if o.Keep == "" {
		return "--keep DIR keeps its logs and history, so that --redrive can continue it"
	}
	return fmt.Sprintf("its logs and history are in %s; to continue: %s --redrive %s", o.Keep, c.call(a), userpath.Quote(o.Keep))
}

// call is how the user runs the program.
func (c command) call(a Artifacts) string { return cmp.Or(a.Call, c.name) }

// complain escapes its text, which may contain output of others, for the
// terminal.
func (c command) complain(format string, args ...any) {
	io.WriteString(c.stderr, plaintext.Escape(fmt.Sprintf(format, args...)))
}

func (c command) fail(code int, err error) int {
	c.complain("error: %v\n", err)
	return code
}

// introduce says what is real here and what isn't.
func (c command) introduce(a Artifacts) {
	fmt.Fprintln(c.stderr, lambda.Enforced())
	for _, s := range a.Steps {
		if s.Architecture != s.Rehearsal {
			fmt.Fprintf(c.stderr, "the images are for %s and this machine is %s: the same steps run, built for this machine\n", s.Architecture, s.Rehearsal)
			return
		}
	}
}
