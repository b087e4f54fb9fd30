// Command launcher is what users start as <flow>_local: it runs the program next to
// it, which contains the flow, in the environment of its Lambdas. The launcher itself
// contains no user's code (see internal/launch).
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/launch"
)

func main() {
	p, err := program()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
	os.Exit(launch.Run(p))
}

// program finds the program and its environment next to the launcher.
func program() (launch.Program, error) {
	self := os.Args[0]
	if !strings.ContainsRune(self, os.PathSeparator) {
		found, err := exec.LookPath(self)
		if err != nil {
			return launch.Program{}, fmt.Errorf("finding this program: %w", err)
		}
		self = found
	}
	p := launch.Program{Path: self + ".program", Name: self, Args: os.Args[1:]}
	if _, err := os.Stat(p.Path); err != nil {
		return launch.Program{}, fmt.Errorf("finding the program next to this one: %w\nhint: start it where Bazel has built it, or copy both", err)
	}
	environment, err := launch.ReadEnvironment(self + ".env.json")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return launch.Program{}, err
	}
	p.Env = environment.Variables()
	if !slices.ContainsFunc(p.Args, silent) {
		for _, note := range environment.Notes {
			fmt.Fprintln(os.Stderr, "note: "+note)
		}
	}
	return p, nil
}

// silent reports whether a flag suppresses notes.
func silent(flag string) bool {
	name := strings.TrimLeft(flag, "-")
	return name == "quiet" || name == "json"
}
