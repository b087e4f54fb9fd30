// Package tests tests what Bazel built with the rules.
package tests

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// needBazel skips a test whose data Bazel builds.
func needBazel(t *testing.T) {
	t.Helper()
	if os.Getenv("TEST_WORKSPACE") == "" {
		t.Skip("the images are built by Bazel: bazel test //tests/...")
	}
}

func TestImageFromFiles(t *testing.T) {
	needBazel(t)
	layouttest.Check(t, "from_files")
	config := layouttest.Config(t, "from_files").Config
	arguments := []string{"one", "two words"}
	if !reflect.DeepEqual(config.Entrypoint, arguments) || !reflect.DeepEqual(config.Cmd, arguments) {
		t.Errorf("entrypoint is %q and cmd is %q", config.Entrypoint, config.Cmd)
	}
	if want := []string{"a=1", "b=2=3"}; !reflect.DeepEqual(config.Env, want) {
		t.Errorf("env is %q", config.Env)
	}
	pairs := map[string]string{"a": "1", "b": "2=3"}
	if !reflect.DeepEqual(config.Labels, pairs) {
		t.Errorf("labels are %q", config.Labels)
	}
	if want := map[string]struct{}{"8080/tcp": {}, "9090": {}}; !reflect.DeepEqual(config.ExposedPorts, want) {
		t.Errorf("exposed ports are %q", config.ExposedPorts)
	}
	root, _, _ := layouttest.Manifests(t, "from_files")
	manifest := layouttest.Manifest(t, "from_files", root)
	if !reflect.DeepEqual(manifest.Annotations, pairs) {
		t.Errorf("annotations are %q", manifest.Annotations)
	}
	if got := manifest.Layers[0].MediaType; got != "application/vnd.oci.image.layer.v1.tar+zstd" {
		t.Errorf("the first layer is a %s", got)
	}
	history := layouttest.Config(t, "from_files").History
	if got := history[0].CreatedBy; got != "bazel build //tests:layer.tar.zst" {
		t.Errorf("the first layer was created by %q", got)
	}
}

func TestOddValues(t *testing.T) {
	needBazel(t)
	layouttest.Check(t, "odd_values")
	config := layouttest.Config(t, "odd_values").Config
	if want := []string{"two\nlines", `it's "$HOME" <&> é`}; !reflect.DeepEqual(config.Cmd, want) {
		t.Errorf("cmd is %q", config.Cmd)
	}
	if want := map[string]string{"a b": "c=d"}; !reflect.DeepEqual(config.Labels, want) {
		t.Errorf("labels are %q", config.Labels)
	}
	// Empty members are present all the same.
	root, _, _ := layouttest.Manifests(t, "odd_values")
	text := string(layouttest.Blob(t, "odd_values", layouttest.Manifest(t, "odd_values", root).Config.Digest))
	for _, part := range []string{`"Entrypoint": []`, `"Env": []`, `"ExposedPorts": {}`, "\"Volumes\": {\n      \"/b\": {},\n      \"/a\": {}\n"} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in\n%s", part, text)
		}
	}
}

func TestBaseLayoutInTheSources(t *testing.T) {
	needBazel(t)
	layouttest.Check(t, "on_layout")
	config := layouttest.Config(t, "on_layout")
	if want := []string{"PATH=/usr/bin:/bin"}; !reflect.DeepEqual(config.Config.Env, want) {
		t.Errorf("env is %q", config.Config.Env)
	}
	if config.Architecture != "arm64" || len(config.RootFS.DiffIDs) != 2 {
		t.Errorf("architecture is %s, and there are %d layers", config.Architecture, len(config.RootFS.DiffIDs))
	}
	root, _, _ := layouttest.Manifests(t, "on_layout")
	if got := string(layouttest.Read(t, "on_layout.json.sha256")); got != root.String()+"\n" {
		t.Errorf("the digest is %q, want %s", got, root)
	}
}

func TestIndexOfPlatforms(t *testing.T) {
	needBazel(t)
	layouttest.Check(t, "platforms")
	_, index, images := layouttest.Manifests(t, "platforms")
	// Bazel determines their order.
	if len(images) != 2 {
		t.Errorf("there are %d images", len(images))
	}
	for _, part := range []string{`"arm64"`, `"amd64"`, `"k": "v"`} {
		if !strings.Contains(string(index), part) {
			t.Errorf("%s is not in\n%s", part, index)
		}
	}
}
