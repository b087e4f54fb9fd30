package lambdahost_test

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// TestUnpackFollowsLinks unpacks one layout in the forms that Bazel gives it.
func TestUnpackFollowsLinks(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // what Unpack leaves behind would be there
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

// staticWorker is this test binary, which has to be static to run in an image.
func staticWorker(t *testing.T) []byte {
	t.Helper()
	worker, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.NewFile(bytes.NewReader(worker))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			t.Skip("this test binary is linked dynamically; CGO_ENABLED=0 makes it static")
		}
	}
	return worker
}

// writeLayout makes an image of a program.
func writeLayout(t *testing.T, worker []byte) string {
	t.Helper()
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	w.WriteHeader(&tar.Header{Name: "app/worker", Typeflag: tar.TypeReg, Mode: 0o555, Size: int64(len(worker))})
	w.Write(worker)
	w.Close()
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.Config(img, v1.Config{Entrypoint: []string{"/app/worker"}, Cmd: []string{"serve"}, Env: []string{"FROM=image"}, WorkingDir: "/app"})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := path.AppendImage(img); err != nil {
		t.Fatal(err)
	}
	return dir
}
