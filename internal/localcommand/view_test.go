package localcommand

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func TestQuiet(t *testing.T) {
	if got := program(lokkitest.BirdsFlow).try(t.Context(), "", "--quiet"); got.stderr != "" {
		t.Errorf("got %q", got.stderr)
	}
	if got := program(lokkitest.ExplodeFlow).try(t.Context(), "", "--quiet"); !strings.HasPrefix(got.stderr, "error: ") {
		t.Errorf("got %q", got.stderr)
	}
}

// failing makes cell 5 fail.
func failing(ctx context.Context) context.Context {
	return lokkitest.WithCell(ctx, func(ctx context.Context, n int) (int, error) {
		if n == 5 {
			return 0, lokkitest.ErrBoom
		}
		return n, nil
	})
}

// The events of a failure are in order, and the last one has the same error as the
// one printed after them.
func TestJSON(t *testing.T) {
	got := program(lokkitest.TableFlow).try(failing(t.Context()), "", "--concurrency", "1", "--json")
	events, message, _ := strings.Cut(got.stderr, "error: ")
	var names []string
	for line := range strings.Lines(events) {
		var e struct {
			Event, Step, Error, ErrorType string
			Index                         []int
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		names = append(names, strings.TrimSpace(e.Event+" "+e.Step))
		switch e.Event {
		case "item-failed":
			if e.Step != "cell" || len(e.Index) != 2 || e.Error != "boom" || e.ErrorType != "errorString" {
				t.Errorf("got %s", line)
			}
		case "run-done":
			if !strings.HasPrefix(message, e.Error) || e.Error == "" {
				t.Errorf("the event says %q, the command %q", e.Error, message)
			}
		}
	}
	all := strings.Join(names, ", ")
	if !strings.HasPrefix(all, "run-started, ") || !strings.HasSuffix(all, ", run-done") || !strings.Contains(all, "step-started cell, item-failed cell") || !strings.Contains(all, "step-through rows") || !strings.Contains(all, "step-stopped cell") {
		t.Errorf("events: %s", all)
	}
}

// A trace has every attempt of every step, even if the run fails.
func TestTrace(t *testing.T) {
	t.Setenv("BUILD_WORKING_DIRECTORY", t.TempDir())
	for _, c := range []struct {
		ctx         context.Context
		code        int
		least, most int // calls
	}{
		{t.Context(), 0, 20, 20},
		{failing(t.Context()), 1, 3, 19},
	} {
		if got := program(lokkitest.TableFlow).try(c.ctx, "", "--trace", "trace.json"); got.code != c.code {
			t.Fatalf("got %+v", got)
		}
		data, err := os.ReadFile(filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), "trace.json"))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			TraceEvents []struct {
				Ph, Name string
				TS, Dur  float64
				Args     struct{ Error string }
			}
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		calls, failed := 0, 0
		for _, e := range file.TraceEvents {
			if e.Ph != "X" {
				continue
			}
			calls++
			if e.TS <= 0 || e.Dur <= 0 {
				t.Errorf("%s begins at %v and takes %v", e.Name, e.TS, e.Dur)
			}
			if e.Args.Error == "boom" {
				failed++
			}
		}
		if calls < c.least || calls > c.most || failed != c.code {
			t.Errorf("exit code %d: %d calls, %d failed", c.code, calls, failed)
		}
	}
}

// A trace that can't be written is an error, but the result is still printed.
func TestTraceToFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	got := program(lokkitest.BirdsFlow).try(t.Context(), "", "--trace", "/dev/full")
	if got.code != 1 || got.stdout != "\"flappy goose, flappy duck, flappy seagull\"\n" || !strings.Contains(got.stderr, "error: writing the trace: ") {
		t.Errorf("got %+v", got)
	}
}

// After a run was abandoned, nothing more is shown.
func TestGivenUp(t *testing.T) {
	var out strings.Builder
	ctx, cancel := context.WithCancelCause(t.Context())
	release, ended := make(chan struct{}), make(chan struct{})
	ctx = lokkitest.WithCell(ctx, func(ctx context.Context, n int) (int, error) {
		defer close(ended)
		cancel(errors.New("enough"))
		<-release
		return n, nil
	})
	c := program(lokkitest.RowFlow)
	c.grace = 0
	flow, err := c.build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.runFlow(ctx, flow, alone(&localrun.View{Out: &out})); err == nil {
		t.Error("no error")
	}
	text := out.String()
	close(release)
	<-ended
	if !strings.HasSuffix(text, "\n") || !strings.Contains(text, "row-flow: failed in ") || out.String() != text {
		t.Errorf("got\n%s\nthen\n%s", text, out.String())
	}
}
