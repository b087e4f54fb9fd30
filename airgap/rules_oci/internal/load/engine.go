package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
)

// engines are the programs to look for, in this order.
var engines = []string{"docker", "podman", "nerdctl"}

// Engine returns the path of the first container engine's program on PATH.
func Engine() (string, error) {
	for _, name := range engines {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", hint.Add(errors.New("no docker, podman or nerdctl on PATH"),
		"install one of them, or set the attribute loader to another program")
}

// Load runs `loader load --input FILE`. FILE is a pipe, so the tarball is never
// stored as a whole.
func Load(ctx context.Context, opts Options, loader string, stdout, stderr io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("making a pipe: %w", err)
	}
	defer w.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The first of ExtraFiles is descriptor 3 of the new process.
	cmd := exec.CommandContext(ctx, loader, "load", "--input", "/dev/fd/3")
	cmd.ExtraFiles = []*os.File{r}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Start()
	r.Close()
	if err != nil {
		return fmt.Errorf("starting %s: %w", loader, err)
	}
	writeErr := WriteTarball(ctx, opts, w)
	broken := errors.Is(writeErr, syscall.EPIPE) // the engine stopped reading: its exit code counts
	if writeErr != nil && !broken {
		cancel() // it must not mistake a part for the whole
	}
	w.Close()
	err = cmd.Wait()
	if writeErr != nil && !broken {
		return writeErr
	}
	if err != nil {
		return fmt.Errorf("running %s load: %w", loader, err)
	}
	return nil
}
