package flowcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/lokki-build/lokki/internal/localcommand"
)

// Run runs the case's program with extra flags, and returns how it ended. The
// error is for failing to start it.
func (c Case) Run(ctx context.Context, flags []string) (Outcome, error) {
	switch {
	case c.Input != "":
		flags = append([]string{"--input", c.Input}, flags...)
	case c.InputFile != "":
		path, err := filepath.Abs(c.InputFile) // otherwise it would be relative to the user's directory
		if err != nil {
			return Outcome{}, fmt.Errorf("finding the input: %w", err)
		}
		flags = append([]string{"--input-file", path}, flags...)
	}
	if c.ExpectedError != "" { // only an expected error needs to be read
		flags = append([]string{"--quiet"}, flags...)
	}
	folder, err := os.MkdirTemp("", "flowcheck-")
	if err != nil {
		return Outcome{}, fmt.Errorf("making a folder for the error: %w", err)
	}
	defer os.RemoveAll(folder)
	errorFile := filepath.Join(folder, "error")
	var stdout, stderr bytes.Buffer
	program := exec.CommandContext(ctx, c.Program, flags...)
	program.Env = append(os.Environ(), localcommand.ErrorFile+"="+errorFile)
	program.Stdout, program.Stderr = &stdout, &stderr
	err = program.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Outcome{}, fmt.Errorf("running %s: %w", c.Program, err)
	}
	failed, err := os.ReadFile(errorFile)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Outcome{}, fmt.Errorf("reading the error: %w", err)
	}
	return Outcome{Error: string(failed), Code: program.ProcessState.ExitCode(), Stdout: stdout.Bytes(), Stderr: stderr.Bytes()}, nil
}
