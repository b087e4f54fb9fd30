package image

import (
	"bytes"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// startFrom copies the layers of the base image in dir and returns its manifest
// and configuration, in which every member keeps its place, including those that
// this package doesn't know.
func startFrom(dir string, w *ocilayout.Writer) (manifest, config *ordered.Object, err error) {
	base, err := ocilayout.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	desc, err := base.Image()
	if err != nil {
		return nil, nil, err
	}
	data, err := base.Blob(desc.Digest)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := v1.ParseManifest(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the manifest %s in %s: %w", desc.Digest, dir, err)
	}
	if manifest, err = ordered.ParseObject(data); err != nil {
		return nil, nil, fmt.Errorf("reading the manifest %s in %s: %w", desc.Digest, dir, err)
	}
	if data, err = base.Blob(parsed.Config.Digest); err != nil {
		return nil, nil, err
	}
	if config, err = ordered.ParseObject(data); err != nil {
		return nil, nil, fmt.Errorf("reading the configuration %s in %s: %w", parsed.Config.Digest, dir, err)
	}

	for _, l := range parsed.Layers {
		if err := w.CopyBlob(base, l); err != nil {
			return nil, nil, err
		}
	}
	return manifest, config, nil
}
