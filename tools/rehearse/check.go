package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plaintext"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

// MainCheck is the test that lokki_flow creates: it rehearses the flow, with its default
// input unless arguments give another, and expects the result of the local run. A fault
// that was asked for must occur. It exits with 0 or 1.
func MainCheck() {
	c := command{name: filepath.Base(os.Args[0]), executable: os.Args[0], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	if err := c.check(context.Background(), os.Args[1:]); err != nil {
		os.Exit(c.fail(exitFailed, err))
	}
	os.Exit(exitDone)
}

func (c command) check(ctx context.Context, args []string) error {
	a, err := ReadArtifacts(c.executable)
	if err != nil {
		return err
	}
	o, _, err := c.parse(args)
	if err != nil {
		return err
	}
	o.Progress, o.Form = c.stdout, progress.Auto
	fmt.Fprintln(c.stdout, lambda.Enforced())
	r, err := Run(ctx, a, o)
	if err != nil {
		return err
	}
	if err := r.Write(c.stdout); err != nil {
		return err
	}
	if r.Denied != nil {
		return fmt.Errorf("a role of the template lacks a permission: %w", r.Denied)
	}
	if r.Failed != nil {
		return fmt.Errorf("the execution failed: %w", r.Failed)
	}
	if len(r.Unmet) > 0 {
		return errors.New(strings.Join(r.Unmet, "\n"))
	}
	local, err := runLocal(ctx, a.Local, o.Input)
	if err != nil {
		return err
	}
	if !sameJSON(r.Result, local) {
		return fmt.Errorf("the rehearsal and the local run differ:\nrehearsal: %s\nlocal run: %s\n"+
			"hint: steps that depend on time, randomness or their machine cause this; compare the results of such flows yourself", r.Result, local)
	}
	fmt.Fprintf(c.stdout, "the rehearsal and the local run have the same result: %s\n", shorten(r.Result))
	return nil
}

// runLocal returns what the local run outputs for an input, or for the flow's
// defaults.
func runLocal(ctx context.Context, program string, input []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program)
	if len(input) > 0 {
		cmd.Args = append(cmd.Args, "--input-file", "-")
		cmd.Stdin = bytes.NewReader(input)
	}
	cmd.WaitDelay = time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("running the flow locally: %w\n%s", err, stderr.Bytes())
	}
	return bytes.TrimSpace(out), nil
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return decode(a, &x) == nil && decode(b, &y) == nil && reflect.DeepEqual(x, y)
}

// decode keeps every digit of numbers.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

func shorten(data []byte) string {
	return plaintext.Escape(failure.Cut(string(data), 200))
}
