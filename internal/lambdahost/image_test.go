package lambdahost_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/lambdahost/imagetest"
)

// TestUnpackFollowsLinks unpacks one layout in the forms that Bazel gives it.
func TestUnpackFollowsLinks(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // where Unpack would leave something behind
	plain := writeLayout(t, []byte("the worker"))
	linked := func(t *testing.T, link func(from, to string)) string {
		dir := filepath.Join(t.TempDir(), "layout")
		link(plain, dir)
		return dir
	}
	symlink := func(from, to string) {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	var eachFile func(from, to string)
	eachFile = func(from, to string) {
		if info, err := os.Stat(from); err != nil {
			t.Fatal(err)
		} else if !info.IsDir() {
			symlink(from, to)
			return
		}
		entries, err := os.ReadDir(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(to, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			eachFile(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
	}
	for name, dir := range map[string]string{
		"no links":     plain,
		"linked root":  linked(t, symlink),
		"linked files": linked(t, eachFile),
		"both": linked(t, func(from, to string) {
			eachFile(from, to+".files")
			symlink(to+".files", to)
		}),
		"linked folder": linked(t, func(from, to string) {
			eachFile(from, to)
			if err := os.RemoveAll(filepath.Join(to, "blobs")); err != nil {
				t.Fatal(err)
			}
			symlink(filepath.Join(from, "blobs"), filepath.Join(to, "blobs"))
		}),
	} {
		t.Run(name, func(t *testing.T) {
			image, err := lambdahost.Unpack(dir, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(image.Root, image.Command[0])
			info, err := os.Lstat(file)
			if err != nil || info.Mode() != 0o555 {
				t.Fatalf("the worker's mode is %v, %v", info.Mode(), err)
			}
			if data, err := os.ReadFile(file); err != nil || string(data) != "the worker" {
				t.Errorf("the worker is %q, %v", data, err)
			}
		})
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "layout*")); err != nil || len(left) > 0 {
		t.Errorf("copies are left: %q, %v", left, err)
	}
}

func TestUnpackNamesWhatIsMissing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	broken := filepath.Join(t.TempDir(), "layout")
	if err := os.Mkdir(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(broken, "index.json")); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), broken} {
		if _, err := lambdahost.Unpack(dir, t.TempDir()); err == nil || !bytes.Contains([]byte(err.Error()), []byte(dir)) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if left, err := fs.Glob(os.DirFS(os.TempDir()), "layout*"); err != nil || len(left) > 0 {
		t.Errorf("copies are left: %q, %v", left, err)
	}
}

// writeLayout makes an image of a program.
func writeLayout(t *testing.T, worker []byte) string {
	t.Helper()
	dir := t.TempDir()
	config := v1.Config{Entrypoint: []string{"/app/worker"}, Cmd: []string{"serve"}, Env: []string{"FROM=image"}, WorkingDir: "/app"}
	if _, err := imagetest.Write(dir, config, imagetest.File{Name: "app/worker", Data: worker}); err != nil {
		t.Fatal(err)
	}
	return dir
}
