// Command launcher is what users start as <flow>_local: it runs the program next to
// it, which contains the flow, in the environment of its Lambdas. The launcher itself
// contains no user's code (see internal/launch).
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	file := os.Getenv("LOKKI_ENVIRONMENT_FILE") // set in an action
	if file == "" {
		file = self + ".env.json"
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return launch.Program{}, fmt.Errorf("reading the environment: %w", err)
	}
	var environment struct {
		Env   map[string]string `json:"env"`
		Notes []string          `json:"notes"`
	}
	if err := json.Unmarshal(data, &environment); err != nil {
		return launch.Program{}, fmt.Errorf("reading the environment in %s: %w", file, err)
	}
	for _, name := range slices.Sorted(maps.Keys(environment.Env)) {
		p.Env = append(p.Env, name+"="+environment.Env[name])
	}
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
