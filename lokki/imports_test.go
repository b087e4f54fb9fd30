package lokki_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lokki-build/lokki/"

// TestImports guards what lokki adds to a user's package: besides the standard
// library, only the packages below may be imported, directly or through others of
// this module; above all, not the AWS SDK. The runner, which only tests and separate
// programs import, may also show a run's progress.
func TestImports(t *testing.T) {
	allowed := []string{
		"github.com/go-json-experiment/json", // the codec's
		"github.com/klauspost/compress/gzip", // the codec's
	}
	guard(t, allowed, "lokki", "internal/graph", "lokki/entrypoint/graphmain", "internal/store", "internal/fanout")
	guard(t, append(allowed, "github.com/vbauerster", "github.com/gofrs/flock"), "runner")
}

func guard(t *testing.T, allowed []string, roots ...string) {
	seen := map[string]bool{}
	var queue []string
	for _, root := range roots {
		queue = append(queue, module+root)
	}
	for len(queue) > 0 {
		pkg := queue[0]
		queue = queue[1:]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		for _, imported := range importsOf(t, pkg) {
			first, _, _ := strings.Cut(imported, "/")
			switch {
			case strings.HasPrefix(imported, module):
				queue = append(queue, imported)
			case strings.Contains(first, ".") && !slices.ContainsFunc(allowed, func(a string) bool {
				return imported == a || strings.HasPrefix(imported, a+"/")
			}):
				t.Errorf("%s imports %s", pkg, imported)
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d packages seen: %v", len(seen), seen)
	}
}

// importsOf lists the imports of a package of this module, without its tests.
func importsOf(t *testing.T, pkg string) []string {
	t.Helper()
	dir := filepath.Join("..", filepath.FromSlash(strings.TrimPrefix(pkg, module)))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("%v: are the sources data of the test?", err)
	}
	var all []string
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, path)
		}
	}
	if files == 0 {
		t.Fatalf("no Go files in %s: are the sources data of the test?", dir)
	}
	return all
}
