// Package cli implements the command line of the program oci.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
)

// command is one of the program's commands. define adds its flags and returns
// what to run once they are parsed.
type command struct {
	name, summary string
	define        func(flags *flag.FlagSet) runner
}

type runner func(ctx context.Context, stdout, stderr io.Writer) error

var commands = []command{
	{"image", "make an image in OCI layout", defineImage},
	{"index", "make an image index in OCI layout", defineIndex},
	{"digest", "write the digest of an OCI layout's image to a file", defineDigest},
	{"tarball", "write a tarball for a container engine's load command", defineTarball},
	{"load", "load an image into a container engine", defineLoad},
	{"push", "push an image to a registry", definePush},
}

// Run runs the command that args name and returns the exit code: 0 for success, 1
// for failure and 2 for a usage error.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		usage(stderr)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(stderr, "error: unknown command %q\n", args[0])
		usage(stderr)
		return 2
	}
	flags := flag.NewFlagSet("oci "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	run := commands[i].define(flags)
	if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "error: %q is not a flag of %s\n", flags.Arg(0), flags.Name())
		flags.Usage()
		return 2
	}
	if err := run(ctx, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "error:", err)
		if h := hint.Of(err); h != "" {
			fmt.Fprintln(stderr, "hint:", h)
		}
		if errors.Is(err, errUsage) {
			return 2
		}
		return 1
	}
	return 0
}

// errUsage is wrapped by errors of calls that lack something.
var errUsage = errors.New("wrong call")

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage: oci COMMAND [flags]")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.summary)
	}
}

// list is a flag that can be repeated, with one element each time.
type list []string

func (l *list) String() string { return fmt.Sprint([]string(*l)) }

func (l *list) Set(s string) error {
	*l = append(*l, s)
	return nil
}
