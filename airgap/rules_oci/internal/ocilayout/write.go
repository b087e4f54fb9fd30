package ocilayout

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layer"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// Writer fills a directory in OCI layout. Its blobs are regular files: since
// version 0.21.7 crane doesn't push a layout of links.
type Writer struct {
	out    Layout
	copied map[v1.Hash]bool
}

// Create starts a layout in dir, which is created if missing.
func Create(dir string) (*Writer, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755); err != nil {
		return nil, fmt.Errorf("making an OCI layout: %w", err)
	}
	return &Writer{Layout{Dir: dir}, map[v1.Hash]bool{}}, nil
}

// AddBytes adds a blob and returns its digest.
func (w *Writer) AddBytes(data []byte) (v1.Hash, error) {
	h := v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(data))}
	if err := os.WriteFile(w.out.BlobPath(h), data, 0o644); err != nil {
		return v1.Hash{}, fmt.Errorf("writing a blob: %w", err)
	}
	return h, nil
}

// AddLayer adds a tar archive as a blob.
func (w *Writer) AddLayer(ctx context.Context, path string) (layer.Info, error) {
	src, err := os.Open(path)
	if err != nil {
		return layer.Info{}, err
	}
	defer src.Close()
	// The blob's name is known once it is written.
	dst, err := os.Create(filepath.Join(w.out.Dir, "blobs", "incoming"))
	if err != nil {
		return layer.Info{}, err
	}
	defer dst.Close()
	info, err := layer.Copy(ctx, dst, src)
	if err != nil {
		return layer.Info{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := dst.Close(); err != nil {
		return layer.Info{}, err
	}
	return info, os.Rename(dst.Name(), w.out.BlobPath(info.Digest))
}

// CopyBlob copies a blob of another layout, once. It trusts the digest, which
// was computed when that layout was made. Layers with their own URLs are
// skipped, because a layout need not contain them.
func (w *Writer) CopyBlob(from *Layout, blob v1.Descriptor) error {
	if w.copied[blob.Digest] || len(blob.URLs) > 0 {
		return nil
	}
	w.copied[blob.Digest] = true
	if blob.Digest.Algorithm != "sha256" {
		return fmt.Errorf("%s: the blob %s is not named by a SHA-256", from.Dir, blob.Digest)
	}
	src, err := os.Open(from.BlobPath(blob.Digest))
	if err != nil {
		return fmt.Errorf("copying a blob: %w", err)
	}
	defer src.Close()
	dst, err := os.Create(w.out.BlobPath(blob.Digest))
	if err != nil {
		return fmt.Errorf("copying a blob: %w", err)
	}
	defer dst.Close()
	n, err := io.Copy(dst, src)
	if err == nil && n != blob.Size {
		err = fmt.Errorf("it has %d bytes, not the %d that its manifest states", n, blob.Size)
	}
	if err != nil {
		return fmt.Errorf("copying %s: %w", src.Name(), err)
	}
	return dst.Close()
}

// Finish writes the layout's index.json, and version as its oci-layout file.
func (w *Writer) Finish(index *ordered.Object, version string) error {
	err := os.WriteFile(filepath.Join(w.out.Dir, "oci-layout"), []byte(version), 0o644)
	if err != nil {
		return fmt.Errorf("finishing an OCI layout: %w", err)
	}
	err = os.WriteFile(filepath.Join(w.out.Dir, "index.json"), append(index.Format(), '\n'), 0o644)
	if err != nil {
		return fmt.Errorf("finishing an OCI layout: %w", err)
	}
	return nil
}
