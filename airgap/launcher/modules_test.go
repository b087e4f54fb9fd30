package main

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDownloadBesideAWorkspace surrounds the temporary folder with files that
// would mislead the go command.
func TestDownloadBesideAWorkspace(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command here")
	}
	const module = "example.test/birds@v1.0.0"
	mirror := serveModule(t)
	cache := t.TempDir()
	t.Cleanup(func() { // Go makes the folders of its cache read-only
		filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return os.Chmod(path, 0o755)
			}
			return err
		})
	})
	for name, files := range map[string]map[string]string{
		"nothing":                  {},
		"a workspace":              {"go.work": "go 1.26.0\n\nuse ./missing\n"},
		"no workspace":             {"go.work": "what is this?\n"},
		"a module":                 {"go.mod": "module other\n\nrequire example.test/none v9.0.0\n"},
		"no module":                {"go.mod": "what is this?\n"},
		"both, of a later version": {"go.work": "go 9.99\n", "go.mod": "module other\n\ngo 9.99\n"},
	} {
		t.Run(name, func(t *testing.T) {
			around := t.TempDir()
			tmp := filepath.Join(around, "tmp")
			if err := os.Mkdir(tmp, 0o755); err != nil {
				t.Fatal(err)
			}
			for file, text := range files {
				if err := os.WriteFile(filepath.Join(around, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for key, value := range map[string]string{
				"TMPDIR": tmp, "GOMODCACHE": cache, "GOPROXY": "file://" + mirror, "GOSUMDB": "off",
				"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=vendor",
			} {
				t.Setenv(key, value)
			}
			dir, err := downloadGoModule(t.Context(), module)
			if err != nil || !exists(filepath.Join(dir, "birds.go")) {
				t.Errorf("got %q, %v", dir, err)
			}
			if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
				t.Errorf("the temporary folder has %v, %v", left, err)
			}
		})
	}
}

// serveModule is the folder of a module proxy that has one module.
func serveModule(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "example.test/birds/@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	archive, err := os.Create(filepath.Join(dir, "v1.0.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(archive)
	for name, text := range map[string]string{"go.mod": "module example.test/birds\n", "birds.go": "package birds\n"} {
		f, err := w.Create("example.test/birds@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"v1.0.0.mod": "module example.test/birds\n", "v1.0.0.info": `{"Version": "v1.0.0"}`, "list": "v1.0.0\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
