// Package imagetest makes container images for tests, from programs.
package imagetest

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// File is a file of an image, readable and executable by everyone.
type File struct {
	Name string // without a leading slash
	Data []byte
}

// Write writes an OCI layout of one image, with a layer for each file, and
// returns the image's digest.
func Write(dir string, config v1.Config, files ...File) (digest string, err error) {
	image := empty.Image
	for _, f := range files {
		layer, err := f.layer()
		if err != nil {
			return "", fmt.Errorf("making the layer of %s: %w", f.Name, err)
		}
		if image, err = mutate.AppendLayers(image, layer); err != nil {
			return "", fmt.Errorf("adding the layer of %s: %w", f.Name, err)
		}
	}
	if image, err = mutate.Config(image, config); err != nil {
		return "", fmt.Errorf("configuring the image: %w", err)
	}
	hash, err := image.Digest()
	if err != nil {
		return "", fmt.Errorf("taking the image's digest: %w", err)
	}
	to, err := layout.Write(dir, empty.Index)
	if err != nil {
		return "", fmt.Errorf("writing the layout: %w", err)
	}
	return hash.String(), to.AppendImage(image)
}

func (f File) layer() (v1.Layer, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: f.Name, Typeflag: tar.TypeReg, Mode: 0o555, Size: int64(len(f.Data))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(f.Data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive.Bytes())), nil })
}

// Self returns the test's own binary, as a program for an image. The test is
// skipped if the binary isn't static, as an image has no libraries.
func Self(t testing.TB) []byte {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			t.Skip("this test binary is linked dynamically; CGO_ENABLED=0 makes it static")
		}
	}
	return data
}
