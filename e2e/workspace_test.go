package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// workspace is a copy of the project in its own folder, with its own output
// root: its builds start from nothing.
type workspace struct {
	project    string // the copy
	outputRoot string
	folder     string   // of the copy, which Bazel is called in
	cached     bool     // whether to use the cache of other builds all the same
	flags      []string // of each build and run
	env        []string // environment variables besides those of the test
}

// newWorkspace copies the project to dir/lokki.
func newWorkspace(t *testing.T, dir string) *workspace {
	t.Helper()
	w := &workspace{project: filepath.Join(dir, "lokki"), outputRoot: filepath.Join(dir, "output"), folder: "examples"}
	if err := copyTree(projectFolder(t), w.project); err != nil {
		t.Fatalf("copying the project: %v", err)
	}
	t.Cleanup(func() {
		w.command("shutdown").Run()
		// Bazel makes the folders of its outputs read-only.
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(path, 0o755)
			}
			return nil
		})
	})
	return w
}

// projectFolder is where the sources are: `bazel run` passes it, and `go test`
// runs in one of its folders.
func projectFolder(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("BUILD_WORKSPACE_DIRECTORY"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		name := d.Name()
		switch {
		case d.IsDir() && (name == ".git" || name == "node_modules"):
			return fs.SkipDir
		case name == ".git" || strings.HasPrefix(name, "bazel-"): // a worktree's link; Bazel's links to its outputs
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, info.Mode().Perm())
	})
}

// command is a call of Bazel.
func (w *workspace) command(command string, args ...string) *exec.Cmd {
	all := []string{"--output_user_root=" + w.outputRoot, command}
	if command == "build" || command == "run" {
		all = append(all, "--color=no", "--curses=no")
		if w.cached {
			all = append(all, "--remote_download_outputs=all") // not only the files of the targets themselves
		} else {
			all = append(all, "--disk_cache=")
		}
		all = append(all, w.flags...)
	}
	cmd := exec.Command(filepath.Join(w.project, "tools", "bazel"), append(all, args...)...)
	cmd.Dir = filepath.Join(w.project, w.folder)
	// What `bazel run` sets for this test isn't meant for the Bazel that it
	// calls.
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "BUILD_") && !strings.HasPrefix(v, "RUNFILES_") && !strings.HasPrefix(v, "TEST_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, w.env...)
	return cmd
}

// build builds the targets and returns how many actions of each kind ran.
func (w *workspace) build(t *testing.T, targets ...string) map[string]int {
	t.Helper()
	events := filepath.Join(t.TempDir(), "events.json")
	out, err := w.command("build", append([]string{"--build_event_json_file=" + events}, targets...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("building %v: %v\n%s", targets, err, out)
	}
	return actionsRun(t, events)
}

// actionsRun reads a build event file: it maps each mnemonic to the number of
// actions that were executed.
func actionsRun(t *testing.T, path string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var event struct {
			BuildMetrics *struct {
				ActionSummary struct {
					ActionData []struct {
						Mnemonic        string
						ActionsExecuted int `json:",string"`
					}
				}
			}
		}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("reading Bazel's events: %v", err)
		}
		if event.BuildMetrics == nil {
			continue
		}
		ran := map[string]int{}
		for _, a := range event.BuildMetrics.ActionSummary.ActionData {
			ran[a.Mnemonic] = a.ActionsExecuted
		}
		return ran
	}
	t.Fatal("Bazel's events have no metrics")
	return nil
}

// fails builds the target, which must fail, and returns what a user sees.
func (w *workspace) fails(t *testing.T, target string) string {
	t.Helper()
	out, err := w.command("build", target).CombinedOutput()
	if err == nil {
		t.Fatalf("building %s succeeded", target)
	}
	return string(out)
}

// run runs the target and returns its standard output and error, and its exit code.
func (w *workspace) run(t *testing.T, stdin string, target string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := w.command("run", append([]string{target, "--"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running %s: %v", target, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// edit replaces the only place in an example's file that reads old, until the
// test ends.
func (w *workspace) edit(t *testing.T, file, old, new string) {
	t.Helper()
	path := filepath.Join(w.project, "examples", file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), old); n != 1 {
		t.Fatalf("%s has %d places that read %q, want one", file, n, old)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Error(err)
		}
	})
}
