package load

import (
	"bytes"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// addOCI adds the files of the oci format: those of the layout, with an entry in
// index.json for each tag.
func (t *tarWriter) addOCI(tags []string) error {
	root := t.image.Root.Digest
	data, err := t.image.Blob(root)
	if err != nil {
		return err
	}
	index, err := v1.ParseIndexManifest(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("reading the image index %s: %w", root, err)
	}
	version := []byte(`{"imageLayoutVersion":"1.0.0"}`)
	if err := t.addFile("oci-layout", int64(len(version)), bytes.NewReader(version)); err != nil {
		return err
	}
	if err := t.addBlob(blobName(root), root); err != nil {
		return err
	}
	for _, image := range index.Manifests {
		manifest, err := t.manifest(image.Digest)
		if err != nil {
			return err
		}
		for _, blob := range append([]v1.Descriptor{image, manifest.Config}, manifest.Layers...) {
			if err := t.addBlob(blobName(blob.Digest), blob.Digest); err != nil {
				return err
			}
		}
	}
	text := append(tagged(t.image, tags).Format(), '\n')
	return t.addFile("index.json", int64(len(text)), bytes.NewReader(text))
}

// tagged returns an index.json with an entry for each tag.
func tagged(image *ocilayout.Layout, tags []string) *ordered.Object {
	entries := []any{}
	for _, tag := range tags {
		entry := &ordered.Object{}
		entry.Add(image.RootEntry)
		entry.Set("annotations", ordered.New("org.opencontainers.image.ref.name", tag))
		entries = append(entries, entry)
	}
	if len(tags) == 0 {
		entries = append(entries, image.RootEntry)
	}
	return ordered.New("schemaVersion", ordered.Int(2), "manifests", entries)
}
