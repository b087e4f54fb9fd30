package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plaintext"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/rehearse/lambda"
)

// MainCheck is the test that lokki_flow makes: it rehearses the flow on its
// defaults and wants the result of the local run. It exits 0 or 1.
func MainCheck() {
	s3server.Main()
	c := command{executable: os.Args[0], stdout: os.Stdout, stderr: os.Stderr}
	if err := c.check(context.Background()); err != nil {
		os.Exit(c.fail(exitFailed, err))
	}
	os.Exit(exitDone)
}

func (c command) check(ctx context.Context) error {
	a, err := ReadArtifacts(c.executable)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, lambda.Enforced())
	r, err := Run(ctx, a, Options{Concurrency: c.concurrency(), Progress: c.stdout})
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
	local, err := runLocal(ctx, a.Local)
	if err != nil {
		return err
	}
	if !sameJSON(r.Result, local) {
		return fmt.Errorf("the rehearsal and the local run differ:\nrehearsal: %s\nlocal run: %s\n"+
			"hint: a step that depends on time, chance or its machine does that; compare flows of such steps yourself", r.Result, local)
	}
	fmt.Fprintf(c.stdout, "the rehearsal and the local run have the same result: %s\n", shorten(r.Result))
	return nil
}

// runLocal returns what the local run writes for the flow's defaults.
func runLocal(ctx context.Context, program string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program)
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
