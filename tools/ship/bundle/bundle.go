// Package bundle packs a flow's deployment program with everything that it needs:
// it then runs where there are neither Bazel nor sources.
package bundle

import (
	"archive/tar"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Images is the folder of the bundle, in OCI layout, that has all images. Most
// images have layers in common, which are then there once.
const Images = "images"

// Contents are what a bundle holds.
type Contents struct {
	Folder  string            // the only folder at the top
	Program string            // path of the program, which has the name of the folder's only executable
	Name    string            // of the program in the bundle
	Files   map[string]string // name in the bundle → path
	Layouts []string          // folders in OCI layout, one for each image
}

// Write writes the bundle as a gzipped tar file. The bytes depend only on the
// contents.
func (c Contents) Write(w io.Writer) error {
	files := maps.Clone(c.Files)
	if files == nil {
		files = map[string]string{}
	}
	files[c.Name] = c.Program
	for _, layout := range c.Layouts {
		blobs, err := os.ReadDir(filepath.Join(layout, "blobs", "sha256"))
		if err != nil {
			return fmt.Errorf("reading an image: %w", err)
		}
		for _, b := range blobs {
			files[path.Join(Images, "blobs", "sha256", b.Name())] = filepath.Join(layout, "blobs", "sha256", b.Name())
		}
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // almost all of it is compressed already
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		mode := int64(0o644)
		if name == c.Name {
			mode = 0o755
		}
		if err := add(archive, path.Join(c.Folder, name), files[name], mode); err != nil {
			return fmt.Errorf("packing %s: %w", name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finishing the archive: %w", err)
	}
	if err := zip.Close(); err != nil {
		return fmt.Errorf("finishing the compression: %w", err)
	}
	return nil
}

func add(archive *tar.Writer, name, file string, mode int64) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: info.Size(), ModTime: time.Unix(0, 0)}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}
