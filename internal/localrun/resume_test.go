package localrun_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// desk runs flows with one store, repeatedly, as a user does.
type desk struct {
	t      *testing.T
	folder string
	code   map[string]string // fingerprint by step function, "v1" for others
	input  string
	ctx    context.Context
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, folder: t.TempDir(), code: map[string]string{}, ctx: t.Context()}
}

// outcome of one run: how often each step was called, in all, and the output.
type kind struct {
	result string
	calls  map[string]int
	notes  string
	run    string
	err    error
}

func (d *desk) run(flow chain.Flow, k *runs.Config) kind {
	d.t.Helper()
	prints := fingerprint.Steps{}
	for _, n := range flow.Plan.Steps {
		name := n.Function[strings.LastIndexByte(n.Function, '.')+1:]
		prints[n.Function] = "v1"
		if v := d.code[name]; v != "" {
			prints[n.Function] = v
		}
	}
	if k.Store == "" {
		k.Store = d.folder
	}
	k.Fingerprints = prints.Of
	k.Now = time.Date(2026, 11, 24, 15, 30, 12, 0, time.Local)
	got := kind{calls: map[string]int{}}
	var mu sync.Mutex
	o := localrun.Options{Store: k, Engine: engine.Config{Concurrency: 2, Backoff: 1, OnAttempt: func(a engine.AttemptResult) {
		mu.Lock()
		defer mu.Unlock()
		got.calls[a.Step]++
	}}}
	o.Opened = func(run *runs.Run) { got.run, got.notes = run.Record.Run, strings.Join(run.Notes, "\n")+"\n" }
	if d.input != "" {
		o.Input = json.RawMessage(d.input)
	}
	result, err := localrun.Run(d.ctx, flow, o)
	got.result, got.err = string(result), err
	return got
}

func (d *desk) want(got kind, result string, calls map[string]int) {
	d.t.Helper()
	if got.err != nil || got.result != result || !maps.Equal(got.calls, calls) {
		d.t.Fatalf("got %s, %v, calls %v, notes %q; want %s, calls %v", got.result, got.err, got.calls, got.notes, result, calls)
	}
}

func (d *desk) wantError(got kind, parts ...string) {
	d.t.Helper()
	for _, part := range parts {
		if got.err == nil || !strings.Contains(got.err.Error(), part) {
			d.t.Fatalf("got %s, %v; want an error with %q", got.result, got.err, part)
		}
	}
}

func built[T any](t *testing.T, flow lokki.Flow[T]) chain.Flow {
	t.Helper()
	f, err := chain.Build(flow)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var allCells = map[string]int{"rows": 1, "row": 3, "cell": 12, "sum-row": 3, "sum-rows": 1}

// fromStep returns the calls of a step and those after it, for a table of 3 rows
// and 4 columns.
func fromStep(from string) map[string]int {
	steps := []string{"rows", "row", "cell", "sum-row", "sum-rows"}
	calls := map[string]int{}
	for _, s := range steps[slices.Index(steps, from):] {
		calls[s] = allCells[s]
	}
	return calls
}

func TestResumeOfWhatIsDone(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	first := d.run(flow, &runs.Config{})
	d.want(first, "66", allCells)
	if first.run != "20261124-153012" || first.notes != "run 20261124-153012\n" {
		t.Errorf("got run %q, notes %q", first.run, first.notes)
	}
	d.want(d.run(flow, &runs.Config{Resume: first.run}), "66", map[string]int{})
	d.want(d.run(flow, &runs.Config{Resume: "last"}), "66", map[string]int{})
	if second := d.run(flow, &runs.Config{}); second.run != "20261124-153012-2" {
		t.Errorf("a second run in the same second is %q", second.run)
	}
}

// TestResumeAfterAnError has two cells fail, and then fixes one of them.
func TestResumeAfterAnError(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.ctx = lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
		if n == 6 {
			return 0, lokkitest.ErrBoom
		}
		return n, nil
	})
	failed := d.run(flow, &runs.Config{Run: "mine"})
	d.wantError(failed, "step cell[1][2]", "boom")
	done := failed.calls["cell"] - 1
	d.ctx = t.Context()
	got := d.run(flow, &runs.Config{Resume: "mine"})
	if got.err != nil || got.result != "66" || got.calls["cell"] != 12-done || got.calls["rows"] != 0 {
		t.Errorf("after %d cells got %s, %v, calls %v", done, got.result, got.err, got.calls)
	}
}

func TestResumeWithOtherCode(t *testing.T) {
	for name, c := range map[string]struct {
		step, code string
		why        string
	}{
		"the first step":  {"rows", "Rows", "rows and all later steps run again: its code changed"},
		"a list in a map": {"row", "Row", "row and all later steps run again: its code changed"},
		"in two maps":     {"cell", "Cell", "cell and all later steps run again"},
		"an aggregation":  {"sum-row", "SumRow", "sum-row and all later steps run again"},
		"the last step":   {"sum-rows", "SumRows", "sum-rows and all later steps run again"},
	} {
		t.Run(name, func(t *testing.T) {
			d, flow := newDesk(t), built(t, lokkitest.TableFlow())
			d.run(flow, &runs.Config{Run: "mine"})
			d.code[c.code] = "v2"
			got := d.run(flow, &runs.Config{Resume: "mine"})
			d.want(got, "66", fromStep(c.step))
			if got.run != "mine.2" || !strings.HasPrefix(got.notes, "resuming run mine as mine.2: ") || !strings.Contains(got.notes, c.why) {
				t.Errorf("got run %s, notes %q; want %q", got.run, got.notes, c.why)
			}
			d.want(d.run(flow, &runs.Config{Resume: "last"}), "66", map[string]int{})
			d.code[c.code] = "v3"
			if got = d.run(flow, &runs.Config{Resume: "last"}); got.run != "mine.3" {
				t.Errorf("changed again the run is %s", got.run)
			}
			d.want(got, "66", fromStep(c.step))
			d.code[c.code] = "v1"
			d.want(d.run(flow, &runs.Config{Resume: "mine"}), "66", map[string]int{}) // the old run is unchanged
		})
	}
}

// TestResumeDoesNotTakeOldForNew changes the values of a cell's code: no old value
// may get into the result, even if a run was stopped in between.
func TestResumeDoesNotTakeOldForNew(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.run(flow, &runs.Config{Run: "mine"})
	d.code["Cell"] = "v2"
	cell := func(fail int) context.Context {
		return lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
			if n == fail {
				return 0, lokkitest.ErrBoom
			}
			return n * 10, nil
		})
	}
	for fail := range 12 {
		d.ctx = cell(fail)
		d.wantError(d.run(flow, &runs.Config{Resume: "mine"}), "boom")
		d.ctx = cell(-1)
		if got := d.run(flow, &runs.Config{Resume: "last"}); got.err != nil || got.result != "660" {
			t.Fatalf("got %s, %v, want 660", got.result, got.err)
		}
	}
}

// TestResumeOfAnotherFlow changes the flow between runs.
func TestResumeOfAnotherFlow(t *testing.T) {
	table := func(opts ...lokki.MapOption) lokki.Value[lokki.Each[lokki.Top], int] {
		return lokki.Agg(lokki.Map(lokki.Map(lokki.Start(lokkitest.Rows, lokkitest.Table{Rows: 3, Columns: 4}), lokkitest.Row), lokkitest.Cell, opts...), lokkitest.SumRow)
	}
	for name, c := range map[string]struct {
		flow  lokki.Flow[int]
		why   string
		calls map[string]int
	}{
		"the same":                     {lokki.Agg(table(), lokkitest.SumRows), "resuming run mine\n", map[string]int{}},
		"options that change no value": {lokki.Agg(table(lokki.Concurrency(1)), lokkitest.SumRows), "resuming run mine\n", map[string]int{}},
		"other batches":                {lokki.Agg(table(lokki.Batch(2)), lokkitest.SumRows), "cell and all later steps run again: its batches had 1 items and have 2", fromStep("cell")},
		"tolerance":                    {lokki.Agg(table(lokki.TolerateFailures(10)), lokkitest.SumRows), "sum-row and all later steps run again: the failures that its map tolerates changed", fromStep("sum-row")},
		"another step":                 {lokki.Agg(table(), SumAll), "sum-all and all later steps run again: the flow had the agg sum-rows", map[string]int{"sum-all": 1}},
		"a step more":                  {lokki.Then(lokki.Agg(table(), lokkitest.SumRows), lokkitest.Twice), "twice and all later steps run again: it is new in the flow", map[string]int{"twice": 1}},
		"other defaults": {lokki.Agg(lokki.Agg(lokki.Map(lokki.Map(lokki.Start(lokkitest.Rows, lokkitest.Table{Rows: 1, Columns: 12}), lokkitest.Row), lokkitest.Cell), lokkitest.SumRow), lokkitest.SumRows),
			"rows and all later steps run again: its defaults changed", map[string]int{"rows": 1, "row": 1, "cell": 12, "sum-row": 1, "sum-rows": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.want(d.run(built(t, lokki.Agg(table(), lokkitest.SumRows)), &runs.Config{Run: "mine"}), "66", allCells)
			flow := built(t, c.flow)
			got := d.run(flow, &runs.Config{Resume: "mine"})
			want := "66"
			if name == "a step more" {
				want = "132"
			}
			d.want(got, want, c.calls)
			if !strings.Contains(got.notes, c.why) {
				t.Errorf("got notes %q, want %q", got.notes, c.why)
			}
			d.want(d.run(flow, &runs.Config{Resume: "last"}), want, map[string]int{})
		})
	}
}

func total(list []int) (sum int) {
	for _, n := range list {
		sum += n
	}
	return sum
}

func SumAll(ctx context.Context, rows []int) (int, error) { return total(rows), nil }

func TestFrom(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.run(flow, &runs.Config{Run: "mine"})
	got := d.run(flow, &runs.Config{Resume: "mine", From: "sum-row"})
	d.want(got, "66", fromStep("sum-row"))
	if got.run != "mine.2" || !strings.Contains(got.notes, "sum-row and all later steps run again: as asked\n") {
		t.Errorf("got run %s, notes %q", got.run, got.notes)
	}
	// Stored values count even if the code before the step has changed …
	d.code["Row"] = "v2"
	got = d.run(flow, &runs.Config{Resume: "mine", From: "sum-row"})
	d.want(got, "66", fromStep("sum-row"))
	if !strings.Contains(got.notes, "of row, its code changed: its stored values are used anyway\n") {
		t.Errorf("got notes %q", got.notes)
	}
	// … but not forever: without --from they are computed again.
	d.want(d.run(flow, &runs.Config{Resume: "last"}), "66", fromStep("row"))
}

func TestFromWithoutInput(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.ctx = lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) { return 0, lokkitest.ErrBoom })
	d.run(flow, &runs.Config{Run: "mine"})
	d.ctx = t.Context()
	d.code["Cell"] = "v2"
	d.wantError(d.run(flow, &runs.Config{Resume: "mine", From: "sum-row"}), "run mine has no output of cell[", "and its code has changed since\nhint: resume without --from")
	d.wantError(d.run(flow, &runs.Config{Resume: "mine", From: "sum-rwo"}), `table-flow has no step "sum-rwo"`+"\n"+`hint: did you mean "sum-row"?`)
	d.wantError(d.run(flow, &runs.Config{Resume: "mine", From: "x"}), "hint: the steps are rows, row, cell, sum-row, sum-rows")
	other := built(t, lokki.Agg(lokki.Agg(lokki.Map(lokki.Map(lokki.Start(lokkitest.Rows, lokkitest.Table{Rows: 3, Columns: 4}), lokkitest.Row), lokkitest.Cell, lokki.Batch(3)), lokkitest.SumRow), lokkitest.SumRows))
	other.Plan.Graph.Flow = flow.Plan.Graph.Flow
	d.wantError(d.run(other, &runs.Config{Resume: "mine", From: "sum-row"}), "run mine has no input for sum-row: of cell, its batches had 1 items and have 3\nhint: leave --from out")
	// With the same code, what is missing before the step is computed.
	d.code["Cell"] = "v1"
	got := d.run(flow, &runs.Config{Resume: "mine", From: "sum-row"})
	if got.err != nil || got.result != "66" || got.calls["cell"] != 12 {
		t.Errorf("got %s, %v, calls %v", got.result, got.err, got.calls)
	}
}

func TestResumeAndInput(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.input = `{"rows": 2}`
	d.want(d.run(flow, &runs.Config{Run: "mine"}), "28", map[string]int{"rows": 1, "row": 2, "cell": 8, "sum-row": 2, "sum-rows": 1})
	d.want(d.run(flow, &runs.Config{Resume: "mine"}), "28", map[string]int{})
	d.input = `{"columns": 4, "rows": 2}`
	d.want(d.run(flow, &runs.Config{Resume: "mine"}), "28", map[string]int{})
	d.input = `{"rows": 3}`
	d.wantError(d.run(flow, &runs.Config{Resume: "mine"}), "run mine was started with another input\nhint: leave out the input")
	d.input = ""
	d.want(d.run(flow, &runs.Config{Resume: "mine"}), "28", map[string]int{})
}

func TestWrongRuns(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.TableFlow())
	d.wantError(d.run(flow, &runs.Config{Resume: "last"}), "has no run of table-flow yet")
	d.run(flow, &runs.Config{Run: "mine"})
	for name, c := range map[string]struct {
		k    *runs.Config
		want string
	}{
		"exists":       {&runs.Config{Run: "mine"}, "has a run mine of table-flow already\nhint: continue it with --resume mine"},
		"not there":    {&runs.Config{Resume: "yours"}, "has no run yours of table-flow\nhint: the last one is mine"},
		"no id":        {&runs.Config{Run: "a/b"}, `run "a/b": want 1 to 80 letters`},
		"no id at all": {&runs.Config{Resume: ".."}, `run "..": want 1 to 80 letters`},
		"last":         {&runs.Config{Run: "last"}, `run "last": this name means the run`},
		"no S3":        {&runs.Config{Store: "s3://bucket"}, "the store s3://bucket can't be opened: this program was built without S3\nhint: "},
		"no bucket":    {&runs.Config{Store: "s3:///x"}, "the store s3:///x names no bucket"},
		"no directory": {&runs.Config{Store: filepath.Join(d.folder, "none"), Resume: "mine"}, "there is no directory "},
		"a file":       {&runs.Config{Store: filepath.Join(d.folder, "lokki/table-flow/mine/run.json")}, "run.json"},
	} {
		t.Run(name, func(t *testing.T) {
			got := d.run(flow, c.k)
			d.wantError(got, c.want)
			if len(got.calls) > 0 {
				t.Errorf("steps were called: %v", got.calls)
			}
			if wrong := (runs.UsageError{}); name != "a file" && !errors.As(got.err, &wrong) {
				t.Errorf("%v is not an error of the call", got.err)
			}
		})
	}
}

// TestTwoProcesses resumes a run that is still running.
func TestTwoProcesses(t *testing.T) {
	d, flow := newDesk(t), built(t, lokkitest.RowFlow())
	other := &desk{t: t, folder: d.folder, code: d.code, ctx: t.Context()}
	var got kind
	var once sync.Once
	d.ctx = lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
		once.Do(func() { got = other.run(flow, &runs.Config{Resume: "mine"}) })
		return n, nil
	})
	if mine := d.run(flow, &runs.Config{Run: "mine"}); mine.err != nil {
		t.Fatal(mine.err)
	}
	d.wantError(got, "mine: another process is running it\nhint: wait for it, or end it; ", fmt.Sprintf("is held by process %d", os.Getpid()))
}

// TestDamagedStore resumes runs whose files have changed.
func TestDamagedStore(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		change func([]byte) []byte
		want   string // "" for a run that continues
	}{
		"torn pack":      {"outputs.pack", func(b []byte) []byte { return b[:len(b)-5] }, ""},
		"empty pack":     {"outputs.pack", func(b []byte) []byte { return nil }, ""},
		"damaged pack":   {"outputs.pack", func(b []byte) []byte { return bytes.Replace(b, []byte("row"), []byte("wor"), 1) }, "is damaged, but intact ones follow it\nhint: "},
		"no pack":        {"outputs.pack", func(b []byte) []byte { return []byte("hello\n") }, "not a pack"},
		"damaged record": {"run.json", func(b []byte) []byte { return b[:len(b)/2] }, "reading lokki/table-flow/mine/run.json: "},
		"newer record":   {"run.json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"version": 2`), []byte(`"version": 9`), 1) }, "it has version 9, this lokki reads version 2"},
		"odd record": {"run.json", func(b []byte) []byte {
			return regexp.MustCompile(`"steps": \[[^]]*\]`).ReplaceAll(b, []byte(`"steps": []`))
		}, "it has 0 steps for the 5"},
	} {
		t.Run(name, func(t *testing.T) {
			d, flow := newDesk(t), built(t, lokkitest.TableFlow())
			d.run(flow, &runs.Config{Run: "mine"})
			path := filepath.Join(d.folder, "lokki/table-flow/mine", c.file)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.change(data), 0o644); err != nil {
				t.Fatal(err)
			}
			got := d.run(flow, &runs.Config{Resume: "mine"})
			if c.want != "" {
				d.wantError(got, c.want)
			} else if got.err != nil || got.result != "66" {
				t.Errorf("got %s, %v", got.result, got.err)
			}
		})
	}
}
