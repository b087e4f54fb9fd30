package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestBazelDeps(t *testing.T) {
	got := bazelDeps(`
module(name = "mine", version = "1.0")
bazel_dep(name = "one", version = "1.2.3")  # bazel_dep(name = "comment", version = "1")
bazel_dep(
    name = "two",
    version = "0.0.7",
    dev_dependency = True,
    repo_name = "other",
)
bazel_dep(name = "without_version")
`)
	want := []module{{"one", "1.2.3"}, {"two", "0.0.7"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithVersion(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"other version", `module(name = "m", version = "1", compatibility_level = 1)`, `module(name = "m", version = "2", compatibility_level = 1)`},
		{"empty version", `module(name = "m", version = "")`, `module(name = "m", version = "2")`},
		{"no version", `module(name = "m", repo_name = "r")`, `module(name = "m", version = "2", repo_name = "r")`},
		{"only the module's", "module(name = \"m\", version = \"1\")\nbazel_dep(name = \"d\", version = \"1\")", "module(name = \"m\", version = \"2\")\nbazel_dep(name = \"d\", version = \"1\")"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := withVersion(test.text, module{"m", "2"}); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// The closure: every version that any reachable module asks for has an entry,
// for known modules only.
func TestRegistryFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name, "MODULE.bazel")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	root := write("root", `bazel_dep(name = "a", version = "1")`+"\n"+`bazel_dep(name = "unknown", version = "1")`)
	write("a", `module(name = "a", version = "5")`+"\n"+`bazel_dep(name = "b", version = "1")`)
	write("b", `module(name = "b")`+"\n"+`bazel_dep(name = "a", version = "2")`)
	write("unused", `module(name = "unused")`)
	dirs := map[string]string{"a": filepath.Join(dir, "a"), "b": filepath.Join(dir, "b"), "unused": filepath.Join(dir, "unused")}

	files, err := registryFiles(dirs, []string{root, filepath.Join(dir, "missing", "MODULE.bazel")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.path)
		if f.path == "modules/a/2/MODULE.bazel" && !strings.Contains(f.content, `module(name = "a", version = "2")`) {
			t.Errorf("the entry of a 2 says %s", f.content)
		}
		if f.path == "modules/b/1/source.json" && f.content != `{"path":"`+filepath.Join(dir, "b")+`","type":"local_path"}`+"\n" {
			t.Errorf("the source of b is %s", f.content)
		}
	}
	want := []string{
		"bazel_registry.json",
		"modules/a/1/MODULE.bazel", "modules/a/1/source.json",
		"modules/a/2/MODULE.bazel", "modules/a/2/source.json",
		"modules/b/1/MODULE.bazel", "modules/b/1/source.json",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBazelrc7For(t *testing.T) {
	const flag = "--noincompatible_sandbox_hermetic_tmp"
	for _, test := range []struct {
		cache, project string
		want           bool
	}{
		{"/home/me/.cache/lokki", "/home/me/lokki", false},
		{"/tmp/home/.cache/lokki", "/home/me/lokki", true},
		{"/home/me/.cache/lokki", "/tmp/lokki", true},
		{"/home/me/.cache/lokki", "/tmpfolder/lokki", false},
	} {
		if got := strings.Contains(bazelrc7For(test.cache, test.project), flag); got != test.want {
			t.Errorf("cache %s, project %s: %s is set: %v, want %v", test.cache, test.project, flag, got, test.want)
		}
	}
}
