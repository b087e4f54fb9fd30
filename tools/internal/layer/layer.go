// Package layer makes the only layer of a step's image: a gzipped tar file with
// the step's binary.
package layer

import (
	"archive/tar"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Write writes a layer that holds the binary at name, an absolute path in the image.
//
// The bytes depend only on the arguments: owner, times and modes are fixed.
// Everyone may read and execute the binary, because Lambda runs it as a user
// that the image doesn't know.
func Write(w io.Writer, name string, binary []byte) error {
	rel := strings.TrimPrefix(path.Clean(name), "/")
	if !path.IsAbs(name) || rel == "" {
		return fmt.Errorf("the binary's path in the image is %q; want an absolute path", name)
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	zip.ModTime = time.Unix(0, 0) // the zero Time would be written as an arbitrary date
	archive := tar.NewWriter(zip)
	for i, c := range rel {
		if c == '/' {
			if err := archive.WriteHeader(header(tar.TypeDir, rel[:i+1], 0o755, 0)); err != nil {
				return fmt.Errorf("writing the folder %s: %w", rel[:i], err)
			}
		}
	}
	if err := archive.WriteHeader(header(tar.TypeReg, rel, 0o555, int64(len(binary)))); err != nil {
		return fmt.Errorf("writing the header of %s: %w", name, err)
	}
	if _, err := archive.Write(binary); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("finishing the archive: %w", err)
	}
	if err := zip.Close(); err != nil {
		return fmt.Errorf("finishing the compression: %w", err)
	}
	return nil
}

func header(kind byte, name string, mode, size int64) *tar.Header {
	return &tar.Header{
		Typeflag: kind,
		Name:     name,
		Mode:     mode,
		Size:     size,
		ModTime:  time.Unix(0, 0),
		Format:   tar.FormatUSTAR,
	}
}
