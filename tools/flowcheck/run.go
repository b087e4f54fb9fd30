package flowcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Run runs the case's program with more flags, and returns how it ended. An
// error is one of starting it.
func (c Case) Run(ctx context.Context, flags []string) (Outcome, error) {
	switch {
	case c.Input != "":
		flags = append([]string{"--input", c.Input}, flags...)
	case c.InputFile != "":
		path, err := filepath.Abs(c.InputFile) // else it were taken to be in the user's directory
		if err != nil {
			return Outcome{}, fmt.Errorf("finding the input: %w", err)
		}
		flags = append([]string{"--input-file", path}, flags...)
	}
	if c.ExpectedError != "" { // only errors are to be looked through
		flags = append([]string{"--quiet"}, flags...)
	}
	var stdout, stderr bytes.Buffer
	program := exec.CommandContext(ctx, c.Program, flags...)
	program.Stdout, program.Stderr = &stdout, &stderr
	err := program.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Outcome{}, fmt.Errorf("running %s: %w", c.Program, err)
	}
	return Outcome{Code: program.ProcessState.ExitCode(), Stdout: stdout.Bytes(), Stderr: stderr.Bytes()}, nil
}
