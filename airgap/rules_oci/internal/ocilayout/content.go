package ocilayout

import (
	"bytes"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// ReadImage returns the described image of the layout. go-containerregistry's own
// reader rejects blobs that are links, as they are in Bazel's sandboxes.
func (l *Layout) ReadImage(desc v1.Descriptor) (v1.Image, error) {
	raw, err := l.Blob(desc.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest %s: %w", desc.Digest, err)
	}
	return partial.CompressedToImage(&imageContent{l, desc, raw, manifest})
}

// ReadIndex returns the described image index of the layout.
func (l *Layout) ReadIndex(desc v1.Descriptor) (v1.ImageIndex, error) {
	raw, err := l.Blob(desc.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := v1.ParseIndexManifest(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading the image index %s: %w", desc.Digest, err)
	}
	return &indexContent{l, desc, raw, manifest}, nil
}

// imageContent is a partial.CompressedImageCore.
type imageContent struct {
	layout   *Layout
	desc     v1.Descriptor
	raw      []byte
	manifest *v1.Manifest
}

func (i *imageContent) MediaType() (types.MediaType, error) { return i.desc.MediaType, nil }
func (i *imageContent) RawManifest() ([]byte, error)        { return i.raw, nil }
func (i *imageContent) RawConfigFile() ([]byte, error) {
	return i.layout.Blob(i.manifest.Config.Digest)
}

func (i *imageContent) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, blob := range append([]v1.Descriptor{i.manifest.Config}, i.manifest.Layers...) {
		if blob.Digest == h {
			return &blobContent{i.layout, blob}, nil
		}
	}
	return nil, fmt.Errorf("the image has no layer %s", h)
}

// indexContent is a v1.ImageIndex.
type indexContent struct {
	layout   *Layout
	desc     v1.Descriptor
	raw      []byte
	manifest *v1.IndexManifest
}

func (i *indexContent) MediaType() (types.MediaType, error)       { return i.desc.MediaType, nil }
func (i *indexContent) Digest() (v1.Hash, error)                  { return i.desc.Digest, nil }
func (i *indexContent) Size() (int64, error)                      { return int64(len(i.raw)), nil }
func (i *indexContent) RawManifest() ([]byte, error)              { return i.raw, nil }
func (i *indexContent) IndexManifest() (*v1.IndexManifest, error) { return i.manifest, nil }
func (i *indexContent) ImageIndex(h v1.Hash) (v1.ImageIndex, error) {
	return find(i, h, i.layout.ReadIndex)
}
func (i *indexContent) Image(h v1.Hash) (v1.Image, error) { return find(i, h, i.layout.ReadImage) }

// find reads the part of the index with the digest.
func find[T any](i *indexContent, h v1.Hash, read func(v1.Descriptor) (T, error)) (T, error) {
	for _, desc := range i.manifest.Manifests {
		if desc.Digest == h {
			return read(desc)
		}
	}
	var none T
	return none, fmt.Errorf("the image index does not name %s", h)
}

// blobContent is a partial.CompressedLayer.
type blobContent struct {
	layout *Layout
	desc   v1.Descriptor
}

func (b *blobContent) Digest() (v1.Hash, error)            { return b.desc.Digest, nil }
func (b *blobContent) Size() (int64, error)                { return b.desc.Size, nil }
func (b *blobContent) MediaType() (types.MediaType, error) { return b.desc.MediaType, nil }
func (b *blobContent) Descriptor() (*v1.Descriptor, error) { return &b.desc, nil }
func (b *blobContent) Compressed() (io.ReadCloser, error) {
	return os.Open(b.layout.BlobPath(b.desc.Digest))
}
