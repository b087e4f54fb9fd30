package runs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

func config() runs.Config {
	return runs.Config{
		Plan:         plan.New(flowtest.Chain("BirdsFlow", "start GetBirds", "then JoinBirds")),
		Fingerprints: func(string) (string, error) { return "v1", nil },
		Merge:        func(json.RawMessage) ([]byte, error) { return []byte("{}"), nil },
		Now:          time.Date(2026, 11, 24, 15, 30, 12, 0, time.Local),
	}
}

// stores has a store of each kind.
func stores(t *testing.T) map[string]runs.Config {
	t.Helper()
	memory, server, folder := store.NewMemory(), s3test.Start(t, "values"), t.TempDir()
	with := func(spec string, s store.Store) runs.Config {
		c := config()
		c.Store, c.Bucket = spec, func(string) (store.Store, error) { return s, nil }
		return c
	}
	return map[string]runs.Config{
		"memory":    with("s3://memory", memory),
		"bucket":    with("s3://values", s3store.New(server.Client(), "values")),
		"directory": with(folder, nil),
	}
}

// open opens a run and closes it when the test ends.
func open(t *testing.T, c runs.Config) (*runs.Run, error) {
	t.Helper()
	run, err := runs.Open(t.Context(), c)
	if err == nil {
		t.Cleanup(func() { run.Close() })
	}
	return run, err
}

// TestRunsOfOneSecond starts several runs at once: each gets its own id.
func TestRunsOfOneSecond(t *testing.T) {
	for name, c := range stores(t) {
		var mu sync.Mutex
		ids := map[string]bool{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				run, err := open(t, c)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("%s: %v", name, err)
				} else if ids[run.Record.Run] {
					t.Errorf("%s: two runs are %s", name, run.Record.Run)
				} else {
					ids[run.Record.Run] = true
				}
			})
		}
		all.Wait()
		if !ids["20261124-153012"] || len(ids) != 8 {
			t.Errorf("%s: the runs are %v", name, ids)
		}
	}
}

// TestOneNameForTwoRuns starts two runs with the same name at once.
func TestOneNameForTwoRuns(t *testing.T) {
	for name, c := range stores(t) {
		c.Run = "mine"
		first, err := open(t, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, c); err == nil || !strings.Contains(err.Error(), "has a run mine of birds-flow already\nhint: ") {
			t.Errorf("%s: a second %s: %v", name, first.Record.Run, err)
		}
	}
}

// executionOf is the id of the run of an execution.
func executionOf(name string, n int) string {
	return envelope.Execution{Name: name, Hash: fmt.Sprintf("%064x", n), Stack: "5f2c8a10-9d3b-11f0-8de9-0242ac120002"}.Run()
}

// TestResumeByTheNameOfAnExecution finds the run, or lists the candidates.
func TestResumeByTheNameOfAnExecution(t *testing.T) {
	server, folder := s3test.Start(t, "values"), t.TempDir()
	bucket := s3store.New(server.Client(), "values")
	dir, err := store.NewDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spec   string
		values store.Store
		prefix string
	}{
		"bucket":            {"s3://values", bucket, "lokki"},
		"bucket and prefix": {"s3://values/team/x", bucket, "team/x"},
		"directory":         {folder, dir, "lokki"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := func(run string) {
				t.Helper()
				key := envelope.Keys{Prefix: c.prefix, Flow: "birds-flow", Run: run}.Output("get-birds", "")
				if err := c.values.Put(t.Context(), key, strings.NewReader("x")); err != nil {
					t.Fatal(err)
				}
			}
			resume := func(id string) (string, error) {
				t.Helper()
				config := config()
				config.Store, config.Bucket = c.spec, func(string) (store.Store, error) { return c.values, nil }
				config.Resume = id
				run, err := runs.Open(t.Context(), config)
				if err != nil {
					return "", err
				}
				return run.Record.Run, run.Close()
			}
			first, second := executionOf("nightly", 1), executionOf("nightly", 2)
			begin(first)
			begin(executionOf("nightly.x", 1))
			begin(executionOf("nightly-2", 1))
			begin("nightly.2")
			if got, err := resume("nightly"); err != nil || got != first {
				t.Errorf("the only one: %s, %v", got, err)
			}
			begin(second)
			_, err := resume("nightly")
			if err == nil {
				t.Fatal("one of two was taken")
			}
			for _, want := range []string{"has 2 executions nightly of birds-flow:\n", "\n  " + first + ", whose first step finished 20", "\n  " + second, "\nhint: "} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q in it", err, want)
				}
			}
			if !errors.As(err, new(runs.UsageError)) {
				t.Errorf("%T", err)
			}
			for _, id := range []string{first, second, "nightly.2"} {
				if got, err := resume(id); err != nil || got != id {
					t.Errorf("%s: %s, %v", id, got, err)
				}
			}
			if _, err := resume("night"); err == nil || !strings.Contains(err.Error(), "has no run night of birds-flow") {
				t.Errorf("a part of the name: %v", err)
			}
			if got, err := resume("nightly.x"); err != nil || got != executionOf("nightly.x", 1) {
				t.Errorf("a name with a dot: %s, %v", got, err)
			}
			begin("nightly")
			if got, err := resume("nightly"); err != nil || got != "nightly" {
				t.Errorf("a local run of the name: %s, %v", got, err)
			}
		})
	}
}

// TestIDsOfNewRuns: none can be an execution's id, and the longest can be resumed.
func TestIDsOfNewRuns(t *testing.T) {
	long := strings.Repeat("r", 80)
	for name, c := range stores(t) {
		for _, id := range []string{long + "r", executionOf("nightly", 1), "a/b", "Wörter", "", ".."} {
			if c.Run = id; id == "" {
				continue
			}
			if _, err := open(t, c); !errors.As(err, new(runs.UsageError)) || !strings.Contains(err.Error(), "want 1 to 80 letters") {
				t.Errorf("%s: %s: %v", name, id, err)
			}
		}
		c.Run = long
		begun, err := runs.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := begun.Close(); err != nil {
			t.Fatal(err)
		}
		c.Run, c.Resume, c.From = "", long, "get-birds"
		run, err := open(t, c)
		if err != nil || run.Record.Run != long+".2" {
			t.Errorf("%s: %v, want that it goes on", name, err)
		}
	}
}

func TestPrefixes(t *testing.T) {
	bucket := func(string) (store.Store, error) { return store.NewMemory(), nil }
	for prefix, ok := range map[string]bool{
		"": true, "team": true, "team/x.y": true, "team/.x/": true,
		".incomplete": false, ".incomplete/x": false, "..": false, "a/../b": false, "a//b": false, "a/b c": false,
	} {
		c := config()
		c.Store, c.Bucket = "s3://values/"+prefix, bucket
		_, err := open(t, c)
		if ok != (err == nil) || !ok && !errors.As(err, new(runs.UsageError)) {
			t.Errorf("%q: %v", prefix, err)
		}
	}
}

// TestARunBehindALink: a run's folder must not be a link, but the store itself may be one.
func TestARunBehindALink(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	begin := func(spec string, change func(*runs.Config)) error {
		c := config()
		c.Store = spec
		change(&c)
		run, err := runs.Open(t.Context(), c)
		if err != nil {
			return err
		}
		return run.Close()
	}
	if err := begin(folder, func(c *runs.Config) { c.Run = "mine" }); err != nil {
		t.Fatal(err)
	}
	flow := filepath.Join(folder, "lokki", "birds-flow")
	if err := os.Rename(filepath.Join(flow, "mine"), filepath.Join(outside, "mine")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "mine"), filepath.Join(flow, "mine")); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*runs.Config){
		"resumed": func(c *runs.Config) { c.Resume = "mine" },
		"last":    func(c *runs.Config) { c.Resume = runs.Last },
		"begun":   func(c *runs.Config) { c.Run = "mine" },
	} {
		err := begin(folder, change)
		if want := filepath.Join(flow, "mine") + " is a link to " + filepath.Join(outside, "mine"); err == nil || !strings.Contains(err.Error(), want) ||
			!errors.As(err, new(runs.UsageError)) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	link := filepath.Join(t.TempDir(), "store")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	if err := begin(link, func(c *runs.Config) { c.Run = "other" }); err != nil {
		t.Errorf("a store behind a link: %v", err)
	}
}
