package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// moduleFiles name dependencies. Bazel gives this test the first two: the others belong
// to other modules.
var moduleFiles = []string{"MODULE.bazel", "README.md", "examples/MODULE.bazel", "airgap/rules_oci/MODULE.bazel"}

// A version that the Central Registry lacks builds here, where the local registry accepts
// every version, and nowhere else.
func TestTheCentralRegistryHasEveryDependency(t *testing.T) {
	has := centralRegistry(t)
	for i, name := range moduleFiles {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			if i > 1 && os.IsNotExist(err) && os.Getenv("TEST_SRCDIR") != "" {
				continue
			}
			t.Fatal(err)
		}
		deps := bazelDeps(string(text))
		if len(deps) == 0 {
			t.Errorf("%s: no bazel_dep was found", name)
		}
		for _, dep := range deps {
			if dep.name == "lokki" { // the examples': local_path_override says where it is
				continue
			}
			if versions, known := has[dep.name]; !known {
				t.Errorf("%s: %s is not listed in testdata/central_registry.txt", name, dep.name)
			} else if !slices.Contains(versions, dep.version) {
				t.Errorf("%s: the Central Registry has no %s %s; its newest are %s", name, dep.name, dep.version,
					strings.Join(versions[max(0, len(versions)-3):], ", "))
			}
		}
	}
}

// centralRegistry is the list in testdata: the versions of each module.
func centralRegistry(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/central_registry.txt")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] != "#" {
			has[fields[0]] = fields[1:]
		}
	}
	return has
}
