package gazelle

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected files of testdata")

// binary returns a Gazelle with the extension: in Bazel the gazelle_binary that
// users have, otherwise the program in cmd/gazelle.
func binary(t *testing.T) string {
	if path := os.Getenv("GAZELLE"); path != "" {
		return filepath.Join(os.Getenv("TEST_SRCDIR"), path)
	}
	// go test notices that the files it looked at changed; otherwise it would report a
	// cached result, since this program doesn't contain the extension.
	for _, pattern := range []string{"*.go", "go.*", "cmd/gazelle/*.go"} {
		sources, err := filepath.Glob(pattern)
		if err != nil || len(sources) == 0 {
			t.Fatalf("no sources %s: %v", pattern, err)
		}
		for _, source := range sources {
			read(t, source)
		}
	}
	program := filepath.Join(t.TempDir(), "gazelle")
	build := exec.Command("go", "build", "-o", program, "./cmd/gazelle")
	build.Env = append(build.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building cmd/gazelle: %v\n%s", err, out)
	}
	return program
}

// TestGolden runs Gazelle twice in a copy of each folder of testdata. The first run
// must turn each BUILD.in into BUILD.out and print expectedStderr.txt; the second must
// change nothing.
func TestGolden(t *testing.T) {
	program := binary(t)
	cases, err := filepath.Glob("testdata/*")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, folder := range cases {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			copyCase(t, folder, dir)
			stderr := runGazelle(t, program, dir, arguments(t, folder))
			compare(t, folder, "expectedStderr.txt", strings.ReplaceAll(stderr, dir, "DIR"))
			once := buildFiles(t, dir)
			for _, name := range outFiles(t, folder, once) {
				compare(t, folder, name, once[name])
			}
			runGazelle(t, program, dir, arguments(t, folder))
			for name, text := range buildFiles(t, dir) {
				if text != once[name] {
					t.Errorf("the second run changed %s:\n%s\nafter the first it was:\n%s", name, text, once[name])
				}
			}
		})
	}
}

func copyCase(t *testing.T, folder, dir string) {
	t.Helper()
	walk(t, folder, func(name string) {
		data := read(t, filepath.Join(folder, name))
		if filepath.Base(name) == "BUILD.out" {
			return
		}
		// gofmt must not see a source with a syntax error, which ends in .go.in.
		base := strings.TrimSuffix(strings.Replace(filepath.Base(name), "BUILD.in", "BUILD.bazel", 1), ".in")
		target := filepath.Join(dir, filepath.Dir(name), base)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

func arguments(t *testing.T, folder string) []string {
	file := filepath.Join(folder, "arguments.txt")
	if _, err := os.Stat(file); err != nil {
		return nil
	}
	return strings.Fields(read(t, file))
}

func runGazelle(t *testing.T, program, dir string, args []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	// Bazel's variables would lead Gazelle to another workspace.
	cmd.Env = []string{"HOME=" + dir, "BUILD_WORKSPACE_DIRECTORY=" + dir, "PATH=" + os.Getenv("PATH")}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("gazelle: %v\n%s", err, stderr.String())
	}
	if stdout.Len() > 0 {
		t.Errorf("gazelle printed on standard output:\n%s", stdout.String())
	}
	return stderr.String()
}

// buildFiles returns the BUILD files under dir, by the names that they have in
// testdata.
func buildFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	walk(t, dir, func(name string) {
		if filepath.Base(name) == "BUILD.bazel" {
			files[filepath.Join(filepath.Dir(name), "BUILD.out")] = read(t, filepath.Join(dir, name))
		}
	})
	return files
}

// outFiles lists the files that there are and those that there should be.
func outFiles(t *testing.T, folder string, got map[string]string) []string {
	t.Helper()
	var names []string
	for name := range got {
		names = append(names, name)
	}
	walk(t, folder, func(name string) {
		if _, ok := got[name]; !ok && filepath.Base(name) == "BUILD.out" {
			names = append(names, name)
		}
	})
	return names
}

func compare(t *testing.T, folder, name, got string) {
	t.Helper()
	file := filepath.Join(folder, name)
	if *update {
		if got == "" {
			_ = os.Remove(file) // it need not be there
		} else if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := ""
	if _, err := os.Stat(file); err == nil {
		want = read(t, file)
	}
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s\nrun: go -C gazelle test . -update", file, got, want)
	}
}

func walk(t *testing.T, dir string, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			visit(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
