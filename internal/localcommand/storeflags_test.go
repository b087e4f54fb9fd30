package localcommand

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// TestStoringCommand follows a user through a failed run: the error says how to
// examine the failed call, and how to resume.
func TestStoringCommand(t *testing.T) {
	t.Setenv("BUILD_WORKING_DIRECTORY", t.TempDir())
	c := program(lokkitest.TableFlow)
	c.program.Call = "bazel run //flows:table_local --"
	ctx := lokkitest.WithCell(t.Context(), func(_ context.Context, n int) (int, error) {
		if n == 11 {
			return 0, lokkitest.ErrBoom
		}
		return n, nil
	})
	got := c.try(ctx, "", "--store", "my runs", "--concurrency", "1")
	want := "\nhint: run only this call: bazel run //flows:table_local -- --store 'my runs' --resume 20261124-153012 --only cell --at 2/3\n" +
		"hint: resume the run: bazel run //flows:table_local -- --store 'my runs' --resume 20261124-153012\n"
	if got.code != 1 || !strings.HasSuffix(got.stderr, want) || !strings.HasPrefix(got.stderr, "run 20261124-153012\n") {
		t.Fatalf("got %d:\n%s\nwant it to end in%s", got.code, got.stderr, want)
	}
	got = c.try(ctx, "", "--store", "my runs", "--resume", "20261124-153012", "--only", "cell", "--at", "2/3")
	if got.code != 1 || !strings.HasPrefix(got.stderr, "cell[2][3] of run 20261124-153012, input: 11\n") || !strings.Contains(got.stderr, "step cell[2][3]") {
		t.Fatalf("the call alone: %d:\n%s", got.code, got.stderr)
	}
	got = c.try(t.Context(), "", "--store", "my runs", "--only", "cell", "--at", "2/3")
	if got.code != 0 || got.stdout != "11\n" {
		t.Fatalf("the call alone, repaired: %d %q:\n%s", got.code, got.stdout, got.stderr)
	}
	got = c.try(t.Context(), "", "--store", "my runs", "--resume", "last", "--quiet")
	if got.code != 0 || got.stdout != "66\n" || got.stderr != "" {
		t.Fatalf("the rest: %d %q:\n%s", got.code, got.stdout, got.stderr)
	}
}

// TestOnly runs single calls of each kind of step.
func TestOnly(t *testing.T) {
	folder := t.TempDir()
	table, words := program(lokkitest.TableFlow), program(lokkitest.WordsFlow)
	input := []string{"--store", folder, "--run", "words", "--input", `{"texts": ["a bc", "", "def"]}`}
	for _, got := range []outcome{table.try(t.Context(), "", "--store", folder, "--run", "table"), words.try(t.Context(), "", input...)} {
		if got.code != 0 {
			t.Fatal(got.stderr)
		}
	}
	for name, c := range map[string]struct {
		command command
		args    string
		code    int
		want    string // of standard output, or a part of standard error
	}{
		"start":            {table, "--only rows", 0, "[[0,1,2,3],[4,5,6,7],[8,9,10,11]]\n"},
		"map":              {table, "--only row --at 1", 0, "[4,5,6,7]\n"},
		"map in a map":     {table, "--only cell --at 1/2/", 0, "6\n"},
		"then in a map":    {words, "--only double --at 0/1", 0, "4\n"},
		"twice":            {words, "--only double-2 --at 0/1", 0, "8\n"},
		"agg in a map":     {table, "--only sum-row --at 2", 0, "38\n"},
		"agg of nothing":   {words, "--only sum-words --at 1", 0, `{"words":0,"longest":0}` + "\n"},
		"agg":              {table, "--only sum-rows", 0, "66\n"},
		"no such step":     {table, "--only sel --at 1/2", 2, "hint: the steps are rows, row, cell"},
		"a step like it":   {table, "--only cel --at 1/2", 2, `hint: did you mean "cell"?`},
		"no index":         {table, "--only cell", 2, "cell is in the maps row, cell: want 2 indices, none was given\nhint: as in --at 3/17\n"},
		"too few":          {table, "--only cell --at 1", 2, "want 2 indices, 1 has 1\n"},
		"too many":         {table, "--only row --at 1/2", 2, "row is in the map row: want one index, 1/2 has 2\nhint: as in --at 3\n"},
		"in no map":        {table, "--only rows --at 1", 2, "rows is in no map, so its call has no index: 1 has 1\nhint: leave --at out\n"},
		"out of range":     {table, "--only cell --at 1/4", 2, "index 4 is out of range: cell[1] has items 0 to 3\n"},
		"outer range":      {table, "--only cell --at 3/0", 2, "index 3 is out of range: row has items 0 to 2\n"},
		"of an empty list": {words, "--only count-word --at 1/0", 2, "index 0 is out of range: count-word[1] has no items\n"},
		"negative":         {table, "--only row --at -1", 2, "--at -1: want an index for each map"},
		"no number":        {table, "--only row --at x", 2, "--at x: want an index for each map"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.command.try(t.Context(), "", append([]string{"--store", folder}, strings.Fields(c.args)...)...)
			said := got.stdout
			if c.code != 0 {
				said = got.stderr
			}
			if got.code != c.code || (c.code == 0 && said != c.want) || !strings.Contains(said, c.want) {
				t.Errorf("got %d, %q, %q; want %d, %q", got.code, got.stdout, got.stderr, c.code, c.want)
			}
		})
	}
}

// TestOnlyInBatches finds the item in the batch.
func TestOnlyInBatches(t *testing.T) {
	folder, c := t.TempDir(), program(lokkitest.BatchedFlow)
	if got := c.try(t.Context(), "", "--store", folder); got.code != 0 {
		t.Fatal(got.stderr)
	}
	for i, want := range []string{"6\n", "2\n", "4\n", "10\n", "18\n"} {
		if got := c.try(t.Context(), "", "--store", folder, "--only", "twice", "--at", fmt.Sprint(i)); got.stdout != want {
			t.Errorf("%d: got %q, %s, want %q", i, got.stdout, got.stderr, want)
		}
	}
}

// TestOnlyWithoutInput stops a run early.
func TestOnlyWithoutInput(t *testing.T) {
	folder, c := t.TempDir(), program(lokkitest.TableFlow)
	ctx := lokkitest.WithCell(t.Context(), func(context.Context, int) (int, error) { return 0, lokkitest.ErrBoom })
	c.try(ctx, "", "--store", folder, "--run", "mine", "--concurrency", "1")
	for args, want := range map[string]string{
		"--only sum-rows":                               "run mine has no input for sum-rows: sum-row did not finish\nhint: resume the run to run it\n",
		"--only sum-row --at 0":                         "run mine has no input for sum-row[0]: cell did not finish\n",
		"--only cell --at 2/1":                          "run mine has no input for cell[2][1]: row[2] did not finish\n",
		"--only row --at 1 --store " + folder + "/none": "there is no directory ",
	} {
		if got := c.try(t.Context(), "", append([]string{"--store", folder}, strings.Fields(args)...)...); got.code != 2 || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: got %d, %s; want %s", args, got.code, got.stderr, want)
		}
	}
}

func TestStoreFlags(t *testing.T) {
	c := program(lokkitest.BirdsFlow)
	for args, want := range map[string]string{
		"--run a":                           "--run needs --store",
		"--resume a":                        "--resume needs --store",
		"--from a":                          "--from needs --store",
		"--only a":                          "--only needs --store",
		"--at 1":                            "--at needs --store",
		"--store=":                          "--store is empty",
		"--store d --run=":                  "--run is empty",
		"--store d --run a --resume b":      "--run and --resume exclude each other",
		"--store d --run a --from b":        "--run and --from exclude each other",
		"--store d --only a --from b":       "--from and --only exclude each other",
		"--store d --only a --input {}":     "--input and --only exclude each other",
		"--store d --at 1":                  "--at needs --only",
		"--store d --only flap-bird --at /": "--at /: want an index",
	} {
		got := c.try(t.Context(), "", strings.Fields(args)...)
		if got.code != 2 || !strings.HasPrefix(got.stderr, "error: "+want) || !strings.HasSuffix(got.stderr, "lists the flags\n") {
			t.Errorf("%s: got %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
}

func TestCat(t *testing.T) {
	folder, c := t.TempDir(), program(lokkitest.BirdsFlow)
	if got := c.try(t.Context(), "", "--store", folder, "--run", "mine"); got.code != 0 {
		t.Fatal(got.stderr)
	}
	got := c.try(t.Context(), "", "cat", folder, "lokki/birds-flow/mine/flap-bird/1/output.json.gz")
	if got.code != 0 || !strings.HasPrefix(got.stdout, "\x1f\x8b") {
		t.Errorf("got %d, %q, %s; want gzip", got.code, got.stdout, got.stderr)
	}
	for args, want := range map[string]string{
		folder: "want the store's directory and a key\nhint: ",
		folder + " lokki/birds-flow/mine/flap-bird/3/output.json.gz": "no such object\n",
		filepath.Join(folder, "none") + " x":                         "opening the store: stat ",
	} {
		if got := c.try(t.Context(), "", append([]string{"cat"}, strings.Fields(args)...)...); got.code == 0 || !strings.Contains(got.stderr, want) {
			t.Errorf("cat %s: got %d, %q; want %q", args, got.code, got.stderr, want)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("cat made the directory: %v", err)
	}
}
