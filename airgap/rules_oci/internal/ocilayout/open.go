// Package ocilayout reads and writes directories in OCI layout that hold one
// image or one image index:
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
package ocilayout

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// Layout is a directory in OCI layout.
type Layout struct {
	Dir string
	// Root describes the image or index that index.json names. RootEntry is the
	// same entry, verbatim.
	Root      v1.Descriptor
	RootEntry *ordered.Object
}

// Open reads the directory's index.json, which must name exactly one image or index.
func Open(dir string) (*Layout, error) {
	for _, name := range []string{"oci-layout", "index.json"} {
		_, err := os.Stat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return nil, hint.Add(fmt.Errorf("%s is not a directory in OCI layout: it has no %s", dir, name),
				"name an oci_image, an oci_image_index, or a directory with oci-layout, index.json and blobs")
		}
	}
	index := filepath.Join(dir, "index.json")
	data, err := os.ReadFile(index)
	if err != nil {
		return nil, err
	}
	root, err := onlyManifest(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", index, err)
	}
	entry, err := rootEntry(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", index, err)
	}
	return &Layout{dir, root, entry}, nil
}

// Image describes the layout's image. If the layout has an image index of a
// single image, it is that image.
func (l *Layout) Image() (v1.Descriptor, error) {
	desc := l.Root
	for desc.MediaType.IsIndex() {
		data, err := l.Blob(desc.Digest)
		if err != nil {
			return v1.Descriptor{}, err
		}
		if desc, err = onlyManifest(data); err != nil {
			return v1.Descriptor{}, hint.Add(fmt.Errorf("reading the image index in %s: %w", l.Dir, err),
				"name an image of one platform")
		}
	}
	if !desc.MediaType.IsImage() {
		return v1.Descriptor{}, fmt.Errorf("%s holds a %q, which is not an image", l.Dir, desc.MediaType)
	}
	return desc, nil
}

// Blob returns the content of a blob that is a JSON document. For layers, which
// are too large, use BlobPath.
func (l *Layout) Blob(h v1.Hash) ([]byte, error) {
	data, err := os.ReadFile(l.BlobPath(h))
	if err != nil {
		return nil, fmt.Errorf("reading a blob of an OCI layout: %w", err)
	}
	return data, nil
}

// BlobPath returns where the blob is, or would be.
func (l *Layout) BlobPath(h v1.Hash) string {
	return filepath.Join(l.Dir, "blobs", h.Algorithm, h.Hex)
}

// onlyManifest returns the only entry of the index.
func onlyManifest(index []byte) (v1.Descriptor, error) {
	parsed, err := v1.ParseIndexManifest(bytes.NewReader(index))
	if err != nil {
		return v1.Descriptor{}, err
	}
	if n := len(parsed.Manifests); n != 1 {
		return v1.Descriptor{}, fmt.Errorf("it names %d manifests, want one", n)
	}
	return parsed.Manifests[0], nil
}

// rootEntry returns the first manifest's entry in the index.
func rootEntry(index []byte) (*ordered.Object, error) {
	document, err := ordered.ParseObject(index)
	if err != nil {
		return nil, err
	}
	manifests, err := document.Array("manifests")
	if err != nil {
		return nil, err
	}
	return manifests[0].(*ordered.Object), nil // it is an object, as its descriptor could be decoded
}
