// Package golden compares what tests make with golden files. With the flag -update
// the tests write those files instead.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is made into the files of what is expected")

// File compares with a file.
func File(t testing.TB, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if !*update {
		test, _, _ := strings.Cut(t.Name(), "/")
		t.Errorf("%s is not what is made:\n%s\nto accept it: go test -run '^%s$' -update, in the folder of this test",
			path, udiff.Unified("expected", "made", string(want), string(got)), test)
		return
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Archive compares with the files of a txtar archive that are not inputs. An update
// keeps its comment and its inputs.
func Archive(t testing.TB, path string, inputs []string, got []txtar.File) {
	t.Helper()
	compare(t, path, parse(t, path), inputs, got)
}

// Cases compares what make makes from each archive in testdata.
func Cases(t *testing.T, inputs []string, make func(t *testing.T, archive *txtar.Archive) []txtar.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases in testdata: ", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive := parse(t, path)
			compare(t, path, archive, inputs, make(t, archive))
		})
	}
}

func compare(t testing.TB, path string, archive *txtar.Archive, inputs []string, got []txtar.File) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return !slices.Contains(inputs, f.Name) })
	archive.Files = append(archive.Files, got...)
	File(t, path, txtar.Format(archive))
}

func parse(t testing.TB, path string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}
