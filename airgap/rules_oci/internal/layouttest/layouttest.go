// Package layouttest helps tests to make and check directories in OCI layout.
package layouttest

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/klauspost/compress/gzip"
)

// Tar returns a tar archive of one file.
func Tar(t testing.TB, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Gzip returns data compressed.
func Gzip(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// File writes a file in a new folder and returns its path.
func File(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Read returns the file's content.
func Read(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Manifests returns the manifests of the layout's images, and of its image
// index if it has one.
func Manifests(t testing.TB, dir string) (root v1.Hash, index []byte, images []v1.Hash) {
	t.Helper()
	top := parseIndex(t, Read(t, dir, "index.json"))
	if len(top.Manifests) != 1 {
		t.Fatalf("%s/index.json names %d manifests, not one", dir, len(top.Manifests))
	}
	desc := top.Manifests[0]
	if !desc.MediaType.IsIndex() {
		return desc.Digest, nil, []v1.Hash{desc.Digest}
	}
	index = Blob(t, dir, desc.Digest)
	for _, m := range parseIndex(t, index).Manifests {
		images = append(images, m.Digest)
	}
	return desc.Digest, index, images
}

// Blob returns the content of a blob.
func Blob(t testing.TB, dir string, h v1.Hash) []byte {
	t.Helper()
	return Read(t, dir, "blobs", h.Algorithm, h.Hex)
}

// Manifest returns the image's manifest.
func Manifest(t testing.TB, dir string, h v1.Hash) *v1.Manifest {
	t.Helper()
	manifest, err := v1.ParseManifest(bytes.NewReader(Blob(t, dir, h)))
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

// Config returns the configuration of the layout's only image.
func Config(t testing.TB, dir string) *v1.ConfigFile {
	t.Helper()
	root, _, _ := Manifests(t, dir)
	config, err := v1.ParseConfigFile(bytes.NewReader(Blob(t, dir, Manifest(t, dir, root).Config.Digest)))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

// Check fails the test if the layout is invalid: a blob isn't named by its
// digest, one is missing or unreferenced, or go-containerregistry finds that
// parts don't match.
func Check(t testing.TB, dir string) {
	t.Helper()
	root, _, images := Manifests(t, dir)
	named := map[string]bool{root.Hex: true}
	gzipped := true
	for _, image := range images {
		manifest := Manifest(t, dir, image)
		named[image.Hex], named[manifest.Config.Digest.Hex] = true, true
		for _, l := range manifest.Layers {
			named[l.Digest.Hex] = true
			gzipped = gzipped && (l.MediaType == types.OCILayer || l.MediaType == "application/vnd.docker.image.rootfs.diff.tar.gzip")
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "blobs", "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		path := filepath.Join(dir, "blobs", "sha256", entry.Name())
		if sum := fmt.Sprintf("%x", sha256.Sum256(Read(t, path))); sum != entry.Name() {
			t.Errorf("%s has the digest %s", path, sum)
		}
		if !named[entry.Name()] {
			t.Errorf("nothing names %s", path)
		}
		delete(named, entry.Name())
	}
	for name := range named {
		t.Errorf("%s lacks the blob %s", dir, name)
	}
	var options []validate.Option
	if !gzipped { // validate assumes that every layer is gzipped
		options = append(options, validate.Fast)
	}
	index, err := layout.ImageIndexFromPath(withoutLinks(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index, options...); err != nil {
		t.Errorf("validating %s: %v", dir, err)
	}
}

// withoutLinks returns a copy of the layout: in Bazel's sandboxes its files are
// links, which go-containerregistry rejects.
func withoutLinks(t testing.TB, dir string) string {
	t.Helper()
	copied := t.TempDir()
	blobs := filepath.Join("blobs", "sha256")
	if err := os.MkdirAll(filepath.Join(copied, blobs), 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, blobs, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filepath.Join(dir, "index.json"), filepath.Join(dir, "oci-layout")) {
		name, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, name), Read(t, file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// Compare fails the test if any byte of the layout's documents differs from the
// expected ones. The expected folder has digest, oci-layout, index.json,
// manifest.json and config.json; for an image index also index-manifest.json
// and, for its second image, manifest2.json and config2.json.
func Compare(t testing.TB, dir, expected string) {
	t.Helper()
	Check(t, dir)
	root, index, images := Manifests(t, dir)
	same(t, []byte(root.String()+"\n"), expected, "digest")
	same(t, Read(t, dir, "oci-layout"), expected, "oci-layout")
	same(t, Read(t, dir, "index.json"), expected, "index.json")
	if index != nil {
		same(t, index, expected, "index-manifest.json")
	}
	for i, image := range images {
		suffix := ".json"
		if i > 0 {
			suffix = fmt.Sprintf("%d.json", i+1)
		}
		same(t, Blob(t, dir, image), expected, "manifest"+suffix)
		same(t, Blob(t, dir, Manifest(t, dir, image).Config.Digest), expected, "config"+suffix)
	}
}

func same(t testing.TB, got []byte, path ...string) {
	t.Helper()
	if want := Read(t, path...); !bytes.Equal(got, want) {
		t.Errorf("%s\n--- got\n%s\n--- want\n%s", filepath.Join(path...), got, want)
	}
}

func parseIndex(t testing.TB, data []byte) *v1.IndexManifest {
	t.Helper()
	index, err := v1.ParseIndexManifest(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return index
}
