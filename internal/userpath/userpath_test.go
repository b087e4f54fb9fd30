package userpath_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/lokki-build/lokki/internal/userpath"
)

func TestPath(t *testing.T) {
	t.Setenv("BUILD_WORKING_DIRECTORY", "")
	if got := userpath.Path("a/b"); got != "a/b" {
		t.Errorf("without bazel run: %s", got)
	}
	t.Setenv("BUILD_WORKING_DIRECTORY", "/home")
	for name, want := range map[string]string{"a/b": "/home/a/b", "../c": "/c", "/d": "/d"} {
		if got := userpath.Path(name); got != want {
			t.Errorf("%s leads to %s, want %s", name, got, want)
		}
	}
}

func TestReadInput(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", dir)
	if err := os.WriteFile(filepath.Join(dir, "in.json"), []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"in.json": "1", "-": "2"} {
		if got, err := userpath.ReadInput(name, strings.NewReader("2")); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := userpath.ReadInput("none.json", nil); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "reading --input-file: ") {
		t.Errorf("a missing file: %v", err)
	}
	broken := errors.New("broken")
	if _, err := userpath.ReadInput("-", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a broken pipe: %v", err)
	}
}
