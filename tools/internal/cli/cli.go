// Package cli is what the tools' main packages share: flags, error output and
// exit codes.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// Tool is one command.
type Tool struct {
	Name  string
	Does  string              // for the list of a program's verbs
	Flags func(*flag.FlagSet) // declares the flags
	Needs []string            // flags that must not be empty
	Run   func(stderr io.Writer) error
}

// Main runs the tool with the process's arguments and exits: 0 done, 1 failed,
// 2 usage error.
func (t Tool) Main() { runMain(t.Exec) }

func runMain(exec func(args []string, stderr io.Writer) int) {
	// A tool lives for milliseconds, and a third of them would go into
	// collecting garbage that ends with the process. GOGC overrides this.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(exec(os.Args[1:], os.Stderr))
}

// Exec runs the tool and returns its exit code.
func (t Tool) Exec(args []string, stderr io.Writer) int {
	fs := flag.NewFlagSet(t.Name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	t.Flags(fs)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2 // Parse has printed the error and the usage
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "%s: unexpected argument %q\nhint: every input has a flag; see -help\n", t.Name, fs.Arg(0))
		return 2
	}
	code := 0
	for _, name := range t.Needs {
		if fs.Lookup(name).Value.String() == "" {
			fmt.Fprintf(stderr, "%s: -%s is missing\n", t.Name, name)
			code = 2
		}
	}
	if code != 0 {
		return code
	}
	err := t.Run(stderr)
	if exit := Exit(0); errors.As(err, &exit) {
		return int(exit)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// Exit is an exit code as an error: that of another program, which has said what is
// wrong.
type Exit int

func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Read reads a file and passes its bytes to decode.
func Read[T any](path string, decode func([]byte) (T, error)) (T, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		var none T
		return none, fmt.Errorf("reading an input: %w", err)
	}
	return decode(data)
}

// Write writes an output.
func Write(path string, data []byte) error {
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}
