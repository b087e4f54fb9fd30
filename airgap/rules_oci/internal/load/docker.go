package load

import (
	"bytes"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// addDocker adds the files of the docker format.
func (t *tarWriter) addDocker(tags []string) error {
	manifest, err := t.manifest(t.image.Root.Digest)
	if err != nil {
		return err
	}
	config := blobName(manifest.Config.Digest)
	if err := t.addBlob(config, manifest.Config.Digest); err != nil {
		return err
	}
	layers := []any{}
	for _, l := range manifest.Layers {
		// Engines detect a layer's compression from its content.
		layer := blobName(l.Digest) + ".tar.gz"
		if err := t.addBlob(layer, l.Digest); err != nil {
			return err
		}
		layers = append(layers, layer)
	}
	entry := ordered.New("Config", config, "RepoTags", asValues(tags), "Layers", layers)
	// The file is an array of entries; package ordered formats objects.
	text := append(append([]byte("["), entry.Format()...), "]\n"...)
	return t.addFile("manifest.json", int64(len(text)), bytes.NewReader(text))
}

func asValues(list []string) []any {
	values := []any{}
	for _, s := range list {
		values = append(values, s)
	}
	return values
}
