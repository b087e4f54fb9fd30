package localcommand

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

type outcome struct {
	code           int
	stdout, stderr string
}

func program[T any](flow func() lokki.Flow[T]) command {
	return command{
		name:  "flow_local",
		build: func() (chain.Flow, error) { return chain.BuildFunc(flow) },
		now:   func() time.Time { return time.Date(2026, 11, 24, 15, 30, 12, 0, time.Local) },
		grace: time.Hour,
	}
}

// alone are the options of a run with one worker.
func alone(v *localrun.View) *options {
	return &options{Options: localrun.Options{Engine: engine.Config{Concurrency: 1}, View: v}}
}

func (c command) try(ctx context.Context, stdin string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	c.stdin, c.stdout, c.stderr = strings.NewReader(stdin), &stdout, &stderr
	code := c.run(ctx, args)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	file := filepath.Join(dir, "in.json")
	if err := os.WriteFile(file, []byte(`{"count": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	birds := program(lokkitest.BirdsFlow)
	for name, c := range map[string]struct {
		command command
		stdin   string
		args    []string
		code    int
		stdout  string
		stderr  string // a part
	}{
		"defaults":           {birds, "", nil, 0, `"flappy goose, flappy duck, flappy seagull"` + "\n", "birds-flow: done in "},
		"input":              {birds, "", []string{"--input", `{"count": 2}`}, 0, `"flappy goose, flappy duck"` + "\n", "2 calls"},
		"input with =":       {birds, "", []string{`--input={"count": 1}`}, 0, `"flappy goose"` + "\n", "1 call "},
		"input file":         {birds, "", []string{"--input-file", file}, 0, `"flappy goose"` + "\n", ""},
		"the user's folder":  {birds, "", []string{"--input-file", "in.json"}, 0, `"flappy goose"` + "\n", ""},
		"standard input":     {birds, `{"count": 1}`, []string{"--input-file", "-"}, 0, `"flappy goose"` + "\n", ""},
		"concurrency":        {birds, "", []string{"--concurrency", "1"}, 0, `"flappy goose, flappy duck, flappy seagull"` + "\n", ""},
		"unknown field":      {birds, "", []string{"--input", `{"cuont": 2}`}, 2, "", "error: the input does not fit lokkitest.Input:\ncuont: no such field\nhint: did you mean \"count\"?\n"},
		"wrong type":         {birds, "", []string{"--input", `{"count": "x"}`}, 2, "", "count: want a whole number, got a string of length 1\n"},
		"no JSON":            {birds, "", []string{"--input", `{count: 2}`}, 2, "", "not valid JSON: "},
		"empty input":        {birds, "", []string{"--input", ``}, 2, "", "error: the input is empty\n"},
		"empty file":         {birds, "\n", []string{"--input-file", "-"}, 2, "", "error: the input is empty\n"},
		"no file":            {birds, "", []string{"--input-file", "none.json"}, 2, "", "error: reading --input-file: open "},
		"both inputs":        {birds, "", []string{"--input", "{}", "--input-file", "-"}, 2, "", "error: --input and --input-file exclude each other\nhint: flow_local --help lists the flags\n"},
		"concurrency 0":      {birds, "", []string{"--concurrency", "0"}, 2, "", "error: --concurrency 0: want 1 or more\n"},
		"unknown flag":       {birds, "", []string{"--inptu", "{}"}, 2, "", "error: flag provided but not defined: -inptu\nhint: "},
		"quiet":              {birds, "", []string{"--quiet"}, 0, `"flappy goose, flappy duck, flappy seagull"` + "\n", ""},
		"json":               {birds, "", []string{"--json"}, 0, `"flappy goose, flappy duck, flappy seagull"` + "\n", `{"event":"run-started","time":"`},
		"quiet and json":     {birds, "", []string{"--json", "--quiet"}, 2, "", "error: --quiet and --json exclude each other\n"},
		"trace to no file":   {birds, "", []string{"--trace", ""}, 2, "", "error: --trace: want the name of a file\n"},
		"trace to nowhere":   {birds, "", []string{"--trace", "none/trace.json"}, 2, "", "error: creating the file of --trace: open "},
		"argument":           {birds, "", []string{"{}"}, 2, "", "error: unexpected argument \"{}\"\n"},
		"a dropped step":     {program(lokkitest.DroppingFlow), "", nil, 1, "", "step first: the flow's result doesn't depend on it, so it would never run: the flow ends with step numbers at "},
		"a panicking step":   {program(lokkitest.ExplodeFlow), "", nil, 1, "", "explode-flow: failed in "},
		"a step's error":     {program(lokkitest.ExplodeFlow), "", nil, 1, "", "step explode[0] (github.com/lokki-build/lokki/lokki/lokkitest.Explode): panic: exploded at 7\n\ngoroutine "},
		"a panicking flow":   {program(lokkitest.PanickingFlow), "", nil, 1, "", "calling github.com/lokki-build/lokki/lokki/lokkitest.PanickingFlow: panic: no flow\n\ngoroutine "},
		"a flow with faults": {program(lokkitest.EmptyFlow), "", nil, 1, "", "the flow has no steps\nhint: "},
		"a step that exits":  {program(lokkitest.ExitFlow), "", nil, 1, "", "step exit[0] (github.com/lokki-build/lokki/lokki/lokkitest.Exit): it ended its goroutine"},
		"not a struct":       {program(lokkitest.SequenceFlow), "", []string{"--input", "2"}, 0, "8\n", ""},
		"a list":             {program(lokkitest.RowFlow), "", []string{"--input", "[1,2]"}, 0, "[1,2]\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.command.try(t.Context(), c.stdin, c.args...)
			if got.code != c.code || got.stdout != c.stdout || !strings.Contains(got.stderr, c.stderr) {
				t.Errorf("got  %d, %q,\n%s\nwant %d, %q,\n…%s…", got.code, got.stdout, got.stderr, c.code, c.stdout, c.stderr)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, flag := range []string{"--help", "-h"} {
		got := program(lokkitest.WordsFlow).try(t.Context(), "", flag)
		if got.code != 0 || got.stderr != "" {
			t.Errorf("%s: got %+v", flag, got)
		}
		for _, want := range []string{"Runs the flow words-flow", "usage: flow_local [", "--input-file FILE", "Exit codes: 0", "a lokkitest.WordsInput:\n  {\n    \"texts\": ["} {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("%s: no %q in\n%s", flag, want, got.stdout)
			}
		}
	}
}

// TestProgress compares the lines, except for times and what depends on them.
func TestProgress(t *testing.T) {
	got := program(lokkitest.TableFlow).try(t.Context(), "", "--concurrency", "2")
	want := `table-flow: 5 steps
  rows  1 call  T
  row  3 calls  T
  cell  12 calls  T
  sum-row  3 calls  T
  sum-rows  1 call  T

  step  calls  retries  time  total  median  max  at  in  out
  rows  1  0  T  T  T  T  22 B  33 B
  row  3  0  T  T  T  T  [i]  29 B  29 B
  cell  12  0  T  T  T  T  [i]  14 B  14 B
  sum-row  3  0  T  T  T  T  [i]  29 B  5 B
  sum-rows  1  0  T  T  T  T  9 B  2 B

table-flow: done in T
`
	lines := got.stderr
	for pattern, same := range map[string]string{`[\d.]+ [mµ]?s\b`: "T", `(\[\d+\])+`: "[i]", `\b  +`: "  ", `\]  +`: "]  "} {
		lines = regexp.MustCompile(pattern).ReplaceAllString(lines, same)
	}
	if lines != want {
		t.Errorf("got:\n%s\nwant:\n%s", lines, want)
	}
}

func TestProgressOfAFailure(t *testing.T) {
	ctx := lokkitest.WithCell(t.Context(), func(ctx context.Context, n int) (int, error) {
		if n == 5 {
			return 0, lokkitest.ErrBoom
		}
		return n, nil
	})
	got := program(lokkitest.TableFlow).try(ctx, "", "--concurrency", "1")
	for _, want := range []string{"  rows            1 call", "  cell      stopped after 5 calls of 8", "table-flow: failed in ", ": step cell[1][1] (github.com/lokki-build/lokki/lokki/lokkitest.Cell): boom\ninput: 5\n"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no %q in\n%s", want, got.stderr)
		}
	}
}

// TestInterrupt sends this process the signal of Ctrl-C.
func TestInterrupt(t *testing.T) {
	ctx := lokkitest.WithCell(t.Context(), func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
				return 0, err
			}
		}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	got := program(lokkitest.TableFlow).try(ctx, "", "--concurrency", "1") // otherwise waiting cells could take all slots
	if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, "error: table-flow was interrupted: ") {
		t.Errorf("got %+v", got)
	}
}

// TestTheFlowsTimeout has steps that would wait forever.
func TestTheFlowsTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			cell func(ctx context.Context, n int) (int, error)
			took time.Duration
		}{
			"heeds":             {func(ctx context.Context, n int) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, time.Hour},
			"does not heed":     {func(ctx context.Context, n int) (int, error) { time.Sleep(2 * time.Hour); return n, nil }, time.Hour + time.Minute},
			"a result too late": {func(ctx context.Context, n int) (int, error) { time.Sleep(time.Hour + time.Second); return n, nil }, time.Hour + time.Second},
			"in time":           {func(ctx context.Context, n int) (int, error) { time.Sleep(time.Minute); return n, nil }, 0},
		} {
			p := program(lokkitest.RowFlow)
			p.program.Timeout, p.grace = time.Hour, time.Minute
			began := time.Now()
			got := p.try(lokkitest.WithCell(t.Context(), c.cell), "", "--quiet")
			if c.took == 0 && got.code != 0 {
				t.Errorf("%s: got %+v", name, got)
			}
			if c.took > 0 && (got.code != 1 || got.stdout != "" || got.stderr != "error: row-flow timed out: it took longer than 1h0m0s, the timeout of its lokki_flow\n" ||
				time.Since(began) != c.took) {
				t.Errorf("%s: got %+v after %s, want the time-out after %s", name, got, time.Since(began), c.took)
			}
			time.Sleep(24 * time.Hour) // for abandoned steps
		}
	})
}

// TestInterruptWithoutGrace has a step that ignores its context.
func TestInterruptWithoutGrace(t *testing.T) {
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
	if _, err := c.runFlow(ctx, flow, alone(&localrun.View{})); err == nil || err.Error() != "enough" {
		t.Errorf("got %v", err)
	}
	close(release)
	<-ended
}

func TestFailingOutput(t *testing.T) {
	c := program(lokkitest.BirdsFlow)
	var stderr bytes.Buffer
	c.stdout, c.stderr = full{}, &stderr
	if code := c.run(t.Context(), nil); code != 1 || !strings.Contains(stderr.String(), "error: disk full\n") {
		t.Errorf("got %d, %s", code, &stderr)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
