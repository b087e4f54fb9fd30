// Package image makes an image, as a directory in OCI layout, from tar archives
// and an optional base image.
//
// Its output equals that of rules_oci 2.3.2 to the byte. Digests depend on it,
// so the order, the spacing and the line breaks below are not a matter of
// taste.
package image

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// Spec says what to make. Fields that end in File are paths; "" keeps the base
// image's value.
type Spec struct {
	Base                      string // an OCI layout; "" for no base image
	OS, Architecture, Variant string // as Go names them; only without Base
	Layers                    []Layer
	Settings                  Settings
	AnnotationsFile           string // `key=value` lines for the manifest
}

// Layer is one tar archive and the label of the target that made it.
type Layer struct{ Path, Label string }

// epoch is the time that is written where there must be no real one.
const epoch = "1970-01-01T00:00:00Z"

// version is the content of an image's oci-layout file.
const version = `{"imageLayoutVersion":"1.0.0"}`

// Build makes the image in the directory out.
func Build(ctx context.Context, spec Spec, out string) error {
	if spec.Base != "" && spec.OS+spec.Architecture+spec.Variant != "" {
		return errors.New("the base image determines the platform, which can't be set as well")
	}
	if spec.Base == "" && (spec.OS == "" || spec.Architecture == "") {
		return errors.New("without a base image, the operating system and the architecture are needed")
	}
	w, err := ocilayout.Create(out)
	if err != nil {
		return err
	}
	manifest, config := scratch(spec)
	if spec.Base != "" {
		if manifest, config, err = startFrom(spec.Base, w); err != nil {
			return fmt.Errorf("reading the base image: %w", err)
		}
	}
	for _, l := range spec.Layers {
		if err := addLayer(ctx, w, manifest, config, l); err != nil {
			return fmt.Errorf("adding the layer %s: %w", l.Label, err)
		}
	}
	if err := annotate(manifest, spec.AnnotationsFile); err != nil {
		return fmt.Errorf("adding annotations: %w", err)
	}
	if err := spec.Settings.apply(config); err != nil {
		return fmt.Errorf("configuring the image: %w", err)
	}
	return finish(w, manifest, config)
}

// scratch returns the manifest and the configuration of an empty image.
func scratch(spec Spec) (manifest, config *ordered.Object) {
	manifest = ordered.New(
		"schemaVersion", ordered.Int(2),
		"mediaType", string(types.OCIManifestSchema1),
		"config", ordered.New("mediaType", string(types.OCIConfigJSON), "size", ordered.Int(0)),
		"layers", []any{},
	)
	config = ordered.New(
		"created", epoch,
		"config", &ordered.Object{},
		"history", []any{},
		"rootfs", ordered.New("type", "layers", "diff_ids", []any{}),
		"architecture", spec.Architecture,
		"os", spec.OS,
	)
	if spec.Variant != "" {
		config.Set("variant", spec.Variant)
	}
	return manifest, config
}

// addLayer adds a layer on top, with one history entry.
func addLayer(ctx context.Context, w *ocilayout.Writer, manifest, config *ordered.Object, l Layer) error {
	info, err := w.AddLayer(ctx, l.Path)
	if err != nil {
		return err
	}
	rootfs, err := config.Object("rootfs")
	if err != nil {
		return err
	}
	return errors.Join(
		rootfs.Append("diff_ids", info.DiffID.String()),
		config.Append("history", ordered.New("created", epoch, "created_by", "bazel build "+l.Label)),
		manifest.Append("layers", ordered.New(
			"size", ordered.Int(info.Size),
			"digest", info.Digest.String(),
			"mediaType", layerMediaType(manifest.String("mediaType"), info.Compression))),
	)
}

// layerMediaType matches the manifest's media type: an image made by Docker
// stays one.
func layerMediaType(manifest, compression string) string {
	base, separator := "application/vnd.oci.image.layer.v1.tar", "+"
	if strings.HasPrefix(manifest, "application/vnd.docker.") {
		base, separator = "application/vnd.docker.image.rootfs.diff.tar", "."
	}
	if compression == "" {
		return base
	}
	return base + separator + compression
}

// finish writes the configuration, the manifest and what refers to them.
func finish(w *ocilayout.Writer, manifest, config *ordered.Object) error {
	data := config.Format()
	digest, err := w.AddBytes(data)
	if err != nil {
		return err
	}
	ref, err := manifest.Object("config")
	if err != nil {
		return err
	}
	ref.Set("digest", digest.String())
	ref.Set("size", ordered.Int(len(data)))
	ref.Delete("data") // a copy of the configuration, in some base images

	data = append(manifest.Format(), '\n')
	if digest, err = w.AddBytes(data); err != nil {
		return err
	}
	mediaType := manifest.String("mediaType")
	if mediaType == "" { // optional in OCI
		mediaType = string(types.OCIManifestSchema1)
	}
	return w.Finish(ordered.New(
		"schemaVersion", ordered.Int(2),
		"mediaType", string(types.OCIImageIndex),
		"manifests", []any{ordered.New(
			"mediaType", mediaType,
			"digest", digest.String(),
			"size", ordered.Int(len(data)))},
	), version)
}
