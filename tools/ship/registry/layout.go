package registry

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Open opens the image with a digest in a folder in OCI layout, and reports what
// Lambda would refuse. Blobs may be links, as in Bazel's sandboxes, which
// go-containerregistry's own reader rejects. sent gets the bytes of layers
// that are read, which is to say sent.
func Open(folder, digest, architecture string, sent func(bytes int)) (v1.Image, error) {
	h, err := v1.NewHash(digest)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(blobPath(folder, h))
	if err != nil {
		return nil, fmt.Errorf("reading the image's manifest: %w", err)
	}
	if got, _, err := v1.SHA256(bytes.NewReader(raw)); err != nil || got != h {
		return nil, fmt.Errorf("the image's manifest has the digest %s, not %s", got, h)
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading the image's manifest: %w", err)
	}
	if manifest.MediaType.IsIndex() || manifest.Config.Digest.Hex == "" {
		return nil, fmt.Errorf("the image is an index of several images, which Lambda refuses\nhint: give base of the lokki_step an image of one platform")
	}
	for _, l := range manifest.Layers {
		if l.MediaType != types.OCILayer && l.MediaType != types.DockerLayer {
			return nil, fmt.Errorf("the layer %s is %s; Lambda accepts only layers that are compressed with gzip\nhint: choose another base, or push a copy of it with gzip layers", l.Digest, l.MediaType)
		}
	}
	img, err := partial.CompressedToImage(&image{folder, raw, manifest, sent})
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	if config.OS != "linux" || config.Architecture != architecture {
		return nil, fmt.Errorf("the image is for %s/%s, and the function for linux/%s\nhint: set architecture of the lokki_step to that of its base", config.OS, config.Architecture, architecture)
	}
	return img, nil
}

func blobPath(folder string, h v1.Hash) string {
	return filepath.Join(folder, "blobs", h.Algorithm, h.Hex)
}

// image is a partial.CompressedImageCore.
type image struct {
	folder   string
	raw      []byte
	manifest *v1.Manifest
	sent     func(int)
}

func (i *image) MediaType() (types.MediaType, error) {
	if i.manifest.MediaType == "" { // OCI allows a manifest without one
		return types.OCIManifestSchema1, nil
	}
	return i.manifest.MediaType, nil
}
func (i *image) RawManifest() ([]byte, error) { return i.raw, nil }
func (i *image) RawConfigFile() ([]byte, error) {
	return os.ReadFile(blobPath(i.folder, i.manifest.Config.Digest))
}

func (i *image) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, blob := range append([]v1.Descriptor{i.manifest.Config}, i.manifest.Layers...) {
		if blob.Digest == h {
			return &layer{i.folder, blob, i.sent}, nil
		}
	}
	return nil, fmt.Errorf("the image has no layer %s", h)
}

// layer is a partial.CompressedLayer.
type layer struct {
	folder string
	blob   v1.Descriptor
	sent   func(int)
}

func (l *layer) Digest() (v1.Hash, error)            { return l.blob.Digest, nil }
func (l *layer) Size() (int64, error)                { return l.blob.Size, nil }
func (l *layer) MediaType() (types.MediaType, error) { return l.blob.MediaType, nil }
func (l *layer) Descriptor() (*v1.Descriptor, error) { return &l.blob, nil }

func (l *layer) Compressed() (io.ReadCloser, error) {
	f, err := os.Open(blobPath(l.folder, l.blob.Digest))
	if err != nil {
		return nil, err
	}
	return &counted{f, l.sent}, nil
}

// counted counts what is read.
type counted struct {
	io.ReadCloser // not the *os.File itself, whose WriteTo would go around Read
	sent          func(int)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sent(n)
	return n, err
}
