// Package tests tests the verbs of the build tool together, as the programs that a build runs.
package tests

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// buildtool returns the path of the build tool. Bazel builds it and passes its path;
// otherwise it is built here.
func buildtool(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("LOKKI_TEST_BUILDTOOL"); path != "" {
		return filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), path)
	}
	path := filepath.Join(t.TempDir(), "buildtool")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../buildtool")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the build tool: %v\n%s", err, out)
	}
	return path
}

// place is the folder and the environment in which the tools run. It determines
// how paths are passed: relative ones stay short.
type place struct {
	folder   string
	env      []string
	relative bool
}

// path is how the place names one of its files.
func (p place) path(name string) string {
	if p.relative {
		return name
	}
	return filepath.Join(p.folder, name)
}

func (p place) run(t *testing.T, program string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = p.folder
	// Nothing of this test's environment except what starts a program, and what
	// ends it under the race detector.
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GORACE=" + os.Getenv("GORACE")}, p.env...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
}

// files are what the tools make from the inputs in the place's folder.
func (p place) files(t *testing.T, tool string, targets []string) map[string]string {
	t.Helper()
	var digests []string
	for _, target := range slices.SortedFunc(slices.Values(targets), func(a, b string) int { return cmp.Compare(b, a) }) {
		digests = append(digests, "-digest", target+"="+p.path(digestFile(target)))
	}
	graph, steps := []string{"-graph", p.path("flow.graph.json")}, []string{"-manifest", p.path("flow.steps.json")}
	config := []string{"-config", p.path("lokki.yml")}
	p.run(t, tool, slices.Concat([]string{"asl"}, graph, []string{"-out", p.path("flow.asl.json")})...)
	p.run(t, tool, slices.Concat([]string{"images"}, graph, steps, digests, []string{"-out", p.path("flow.images.json")})...)
	p.run(t, tool, slices.Concat([]string{"cfn"}, graph, steps, config, []string{
		"-asl", p.path("flow.asl.json"), "-images", p.path("flow.images.json"), "-out", p.path("flow.template.yaml")})...)
	p.run(t, tool, slices.Concat([]string{"cost"}, graph, steps, config, []string{"-out", p.path("flow.cost.txt")})...)
	made := map[string]string{}
	for _, name := range []string{"flow.asl.json", "flow.images.json", "flow.template.yaml", "flow.cost.txt"} {
		data, err := os.ReadFile(filepath.Join(p.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		made[name] = string(data)
	}
	return made
}

func digestFile(target string) string {
	return strings.NewReplacer("/", "", ":", "_").Replace(target) + ".digest"
}
