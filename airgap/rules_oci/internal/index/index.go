// Package index makes an image index, as a directory in OCI layout, from images
// for several platforms. Its output equals that of rules_oci 2.3.2 to the byte.
package index

import (
	"bytes"
	"errors"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/values"
)

// Spec says what to make.
type Spec struct {
	Images          []string // OCI layouts of one image each, in the index's order
	AnnotationsFile string   // `key=value` lines, or ""
}

// version is the content of an index's oci-layout file.
const version = `{"imageLayoutVersion": "1.0.0"}` + "\n"

// Build makes the image index in the directory out.
func Build(spec Spec, out string) error {
	if len(spec.Images) == 0 {
		return errors.New("an image index needs at least one image")
	}
	w, err := ocilayout.Create(out)
	if err != nil {
		return err
	}
	manifests := []any{}
	platforms := map[string]string{} // maps a platform to its image
	for _, dir := range spec.Images {
		entry, platform, err := addImage(w, dir)
		if err != nil {
			return fmt.Errorf("adding the image %s: %w", dir, err)
		}
		key := string(platform.Format())
		if other, ok := platforms[key]; ok {
			return hint.Add(fmt.Errorf("%s and %s are images for the same platform", other, dir),
				"leave one out, or let the image's architecture follow the platform with select()")
		}
		platforms[key] = dir
		entry.Set("platform", platform)
		manifests = append(manifests, entry)
	}

	list := ordered.New(
		"schemaVersion", ordered.Int(2),
		"mediaType", string(types.OCIImageIndex),
		"manifests", manifests)
	if spec.AnnotationsFile != "" {
		annotations, err := values.Dict(spec.AnnotationsFile)
		if err != nil {
			return fmt.Errorf("adding annotations: %w", err)
		}
		list.Set("annotations", annotations)
	}
	data := append(list.Format(), '\n')
	digest, err := w.AddBytes(data)
	if err != nil {
		return err
	}
	return w.Finish(ordered.New("manifests", []any{ordered.New(
		"mediaType", string(types.OCIImageIndex),
		"size", ordered.Int(len(data)),
		"digest", digest.String())}), version)
}

// addImage copies the image's blobs. It returns its index entry, without its
// platform, and its platform.
func addImage(w *ocilayout.Writer, dir string) (entry, platform *ordered.Object, err error) {
	image, err := ocilayout.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	if !image.Root.MediaType.IsImage() {
		return nil, nil, hint.Add(fmt.Errorf("it holds a %q, which is not an image", image.Root.MediaType),
			"name the images of an index one by one")
	}
	data, err := image.Blob(image.Root.Digest)
	if err != nil {
		return nil, nil, err
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(data))
	if err != nil {
		return nil, nil, fmt.Errorf("reading its manifest: %w", err)
	}
	for _, blob := range append([]v1.Descriptor{image.Root, manifest.Config}, manifest.Layers...) {
		if err := w.CopyBlob(image, blob); err != nil {
			return nil, nil, err
		}
	}
	if data, err = image.Blob(manifest.Config.Digest); err != nil {
		return nil, nil, err
	}
	config, err := ordered.ParseObject(data)
	if err != nil {
		return nil, nil, fmt.Errorf("reading its configuration: %w", err)
	}
	return image.RootEntry, platformOf(config), nil
}

// platformOf returns an index entry's description of an image's platform.
func platformOf(config *ordered.Object) *ordered.Object {
	platform := &ordered.Object{}
	for _, key := range []string{"os", "architecture", "variant", "os.version", "os.features"} {
		if value := config.Get(key); value != nil {
			platform.Set(key, value)
		}
	}
	return platform
}
