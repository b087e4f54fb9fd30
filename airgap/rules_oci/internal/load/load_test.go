package load

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/image"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/index"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// imageFor makes an image with the given files of the folder img as layers.
func imageFor(t *testing.T, architecture string, layers ...string) string {
	t.Helper()
	spec := image.Spec{OS: "linux", Architecture: architecture}
	for _, l := range layers {
		spec.Layers = append(spec.Layers, image.Layer{Path: "../../img/" + l, Label: "//img:" + l})
	}
	out := filepath.Join(t.TempDir(), architecture)
	if err := image.Build(context.Background(), spec, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func indexOf(t *testing.T, images ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "index")
	if err := index.Build(index.Spec{Images: images}, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDockerTarball(t *testing.T) {
	tests := []struct {
		name   string
		layers []string
	}{
		{"gzip", []string{"layer.tar.gz"}},
		{"plain", []string{"layer.tar"}},
		{"the same layer twice", []string{"layer.tar.gz", "layer.tar.gz"}},
		{"no layers", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := imageFor(t, "arm64", test.layers...)
			var out, again bytes.Buffer
			opts := Options{Image: dir, Tags: []string{"app:latest", "app:v1"}, Format: "docker"}
			if err := WriteTarball(context.Background(), opts, &out); err != nil {
				t.Fatal(err)
			}
			if err := WriteTarball(context.Background(), opts, &again); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
				t.Errorf("a second tarball differs (%v)", err)
			}
			path := layouttest.File(t, "image.tar", out.Bytes())
			for _, tagName := range opts.Tags {
				tag, err := name.NewTag(tagName)
				if err != nil {
					t.Fatal(err)
				}
				loaded, err := tarball.ImageFromPath(path, &tag)
				if err != nil {
					t.Fatal(err)
				}
				if err := validate.Image(loaded); err != nil {
					t.Error(err)
				}
				got, err := loaded.RawConfigFile()
				root, _, _ := layouttest.Manifests(t, dir)
				want := layouttest.Blob(t, dir, layouttest.Manifest(t, dir, root).Config.Digest)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("the configuration of %s is\n%s (%v), want\n%s", tag, got, err, want)
				}
				if layers, err := loaded.Layers(); err != nil || len(layers) != len(test.layers) {
					t.Errorf("there are %d layers (%v)", len(layers), err)
				}
			}
		})
	}
}

func TestOCITarball(t *testing.T) {
	dir := indexOf(t, imageFor(t, "arm64", "layer.tar.gz"), imageFor(t, "amd64", "layer.tar.gz"))
	root, _, _ := layouttest.Manifests(t, dir)
	for _, tags := range [][]string{nil, {"app:latest"}, {"app:latest", "app:v1"}} {
		var out bytes.Buffer
		if err := WriteTarball(context.Background(), Options{Image: dir, Tags: tags, Format: "oci"}, &out); err != nil {
			t.Fatal(err)
		}
		unpacked := untar(t, &out)
		if len(tags) < 2 {
			layouttest.Check(t, unpacked)
			if got, _, _ := layouttest.Manifests(t, unpacked); got != root {
				t.Errorf("the tarball holds %s, want %s", got, root)
			}
		}
		document := string(layouttest.Read(t, unpacked, "index.json"))
		if got := strings.Count(document, root.String()); got != max(1, len(tags)) {
			t.Errorf("index.json names the index %d times:\n%s", got, document)
		}
		for _, tag := range tags {
			if !strings.Contains(document, `"org.opencontainers.image.ref.name": "`+tag+`"`) {
				t.Errorf("index.json lacks the tag %s:\n%s", tag, document)
			}
		}
	}
}

func TestTarballErrors(t *testing.T) {
	img := imageFor(t, "arm64", "layer.tar.gz")
	tests := []struct {
		name, image, format string
		want                []string
	}{
		{"docker of an index", indexOf(t, img), "docker", []string{"holds an image index", `set format = "oci"`}},
		{"oci of an image", img, "oci", []string{"holds an image", `set format = "docker"`}},
		{"unknown format", img, "zip", []string{`the format is "zip"`}},
		{"no layout", t.TempDir(), "docker", []string{"is not a directory in OCI layout"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := WriteTarball(context.Background(), Options{Image: test.image, Format: test.format}, io.Discard)
			if err == nil {
				t.Fatal("there is no error")
			}
			for _, part := range test.want {
				if message := err.Error() + "\n" + hint.Of(err); !strings.Contains(message, part) {
					t.Errorf("%q is not in\n%s", part, message)
				}
			}
		})
	}
}

// loader writes a program that runs the script and returns its path.
func loader(t *testing.T, script string) string {
	t.Helper()
	path := layouttest.File(t, "loader", []byte("#!/bin/sh\nset -eu\n"+script))
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	opts := Options{Image: imageFor(t, "arm64", "layer.tar.gz"), Tags: []string{"app:latest"}, Format: "docker"}
	var want, stdout, stderr bytes.Buffer
	if err := WriteTarball(context.Background(), opts, &want); err != nil {
		t.Fatal(err)
	}
	got := filepath.Join(t.TempDir(), "got")
	t.Setenv("GOT", got)
	program := loader(t, `[ "$1" = load ] && [ "$2" = --input ] && [ "$#" = 3 ]; cat "$3" >"$GOT"; echo loaded; echo warned >&2`)
	if err := Load(context.Background(), opts, program, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(layouttest.Read(t, got), want.Bytes()) {
		t.Error("the loader got another tarball")
	}
	if stdout.String() != "loaded\n" || stderr.String() != "warned\n" {
		t.Errorf("it said %q and %q", &stdout, &stderr)
	}
}

func TestLoadErrors(t *testing.T) {
	large := imageFor(t, "arm64", "layer.tar", "layer.tar.gz")
	missing := imageFor(t, "arm64", "layer.tar.gz")
	root, _, _ := layouttest.Manifests(t, missing)
	if err := os.Remove(filepath.Join(missing, "blobs/sha256", layouttest.Manifest(t, missing, root).Layers[0].Digest.Hex)); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, image, script, want string }{
		{"loader fails at the start", large, "exit 3", "exit status 3"},
		{"loader fails at the end", large, `cat "$3" >/dev/null; exit 3`, "exit status 3"},
		{"image is broken", missing, `cat "$3" >/dev/null`, "no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			opts := Options{Image: test.image, Format: "docker"}
			err := Load(context.Background(), opts, loader(t, test.script), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
	err := Load(context.Background(), Options{Image: large, Format: "docker"}, "/not/there", io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "starting /not/there") {
		t.Errorf("got the error %v", err)
	}
}

func TestEngine(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := Engine(); err == nil || !strings.Contains(hint.Of(err), "loader") {
		t.Errorf("got the error %v", err)
	}
	var got []string
	for _, engine := range []string{"nerdctl", "podman", "docker"} { // each has precedence over the ones before
		if err := os.WriteFile(filepath.Join(dir, engine), nil, 0o755); err != nil {
			t.Fatal(err)
		}
		path, err := Engine()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.Base(path))
	}
	if want := []string{"nerdctl", "podman", "docker"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// untar unpacks regular files into a new folder.
func untar(t *testing.T, r io.Reader) string {
	t.Helper()
	dir := t.TempDir()
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return dir
		} else if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, header.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
