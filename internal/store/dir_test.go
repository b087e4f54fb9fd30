package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/storetest"
)

func newDir(t *testing.T, folder string) *store.Dir {
	t.Helper()
	d, err := store.NewDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDir(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return newDir(t, t.TempDir()) })
}

func TestDirKeepsObjectsForTheNextProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	if err := newDir(t, folder).Put(t.Context(), "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if size, err := newDir(t, folder).Size(t.Context(), "a/b"); size != 1 || err != nil {
		t.Errorf("Size = %d, %v; want 1", size, err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "a", "b"))
	if err != nil || string(data) != "x" {
		t.Errorf("the file a/b holds %q, %v; want the object", data, err)
	}
}

func TestDirLeavesNoIncompleteFiles(t *testing.T) {
	folder := t.TempDir()
	d := newDir(t, folder)
	_ = d.Put(t.Context(), "k", bytes.NewReader(nil))
	_ = d.Put(t.Context(), "k", bytes.NewReader(nil))
	_ = d.Put(t.Context(), "broken", brokenBody{})
	entries, err := os.ReadDir(filepath.Join(folder, ".incomplete"))
	if err != nil || len(entries) != 0 {
		t.Errorf("%d files are left, %v; want none", len(entries), err)
	}
}

func TestNewDirRemovesWhatCrashesLeft(t *testing.T) {
	folder := t.TempDir()
	newDir(t, folder)
	young, old := filepath.Join(folder, ".incomplete", "young"), filepath.Join(folder, ".incomplete", "old")
	for _, f := range []string{young, old} {
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	longAgo := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
	newDir(t, folder)
	if _, err := os.Stat(young); err != nil {
		t.Errorf("what another process may be writing was removed: %v", err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a crash left is still there: %v", err)
	}
}

func TestDirFollowsNoLinkOut(t *testing.T) {
	outside, folder := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := newDir(t, folder)
	if err := os.Symlink(outside, filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get(t.Context(), "link/secret", 0, -1); err == nil {
		t.Error("Get reads a file outside the store")
	}
	if err := d.Put(t.Context(), "link/new", strings.NewReader("x")); err == nil {
		t.Error("Put writes a file outside the store")
	}
	if _, err := os.Stat(filepath.Join(outside, "new")); err == nil {
		t.Error("a file was written outside the store")
	}
}

func TestDirTellsWhatIsNotAnObject(t *testing.T) {
	d := newDir(t, t.TempDir())
	if err := d.Put(t.Context(), "p/q", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	err := d.Put(t.Context(), "p", strings.NewReader("x"))
	if err == nil || errors.Is(err, store.ErrExists) {
		t.Errorf("Put over a folder: %v, want an error that is not ErrExists", err)
	}
	if err := d.Put(t.Context(), "p/q/r", strings.NewReader("x")); err == nil || errors.Is(err, store.ErrExists) {
		t.Errorf("Put below an object: %v, want an error that is not ErrExists", err)
	}
}

// Files have no checksums, so the data's own, which the codec checks, must detect
// damage.
func TestDirWithADamagedDisk(t *testing.T) {
	folder := t.TempDir()
	d := newDir(t, folder)
	value := []byte(strings.Repeat("goose duck seagull ", 100))
	var object bytes.Buffer
	gz := codec.Compress(&object)
	gz.Write(value) // writing to a buffer can't fail
	gz.Close()
	frames := object.Bytes()
	if err := d.Put(t.Context(), "k", bytes.NewReader(frames)); err != nil {
		t.Fatal(err)
	}
	for at := range frames {
		damaged := bytes.Clone(frames)
		damaged[at] ^= 0x10
		if err := os.WriteFile(filepath.Join(folder, "k"), damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := unpack(t, d, "k"); err == nil && !bytes.Equal(got, value) {
			t.Fatalf("with byte %d damaged a wrong value is read", at)
		}
	}
}

// unpack reads and decompresses an object.
func unpack(t *testing.T, d *store.Dir, key string) ([]byte, error) {
	t.Helper()
	body, err := d.Get(t.Context(), key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	gz, err := codec.Decompress(body, 1<<20)
	if err != nil {
		return nil, err
	}
	defer gz.Close()
	return io.ReadAll(gz)
}

func TestNewDirNamesTheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewDir(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("NewDir on a file: %v, want an error that names it", err)
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("broken") }
