// Package shiptest makes, without Bazel, what a build gives the deployment program.
package shiptest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
	"github.com/lokki-build/lokki/tools/ship"
)

// Flow is a flow to build.
type Flow struct {
	Graph  graph.Graph
	Config string            // its lokki.yml
	Code   map[string]string // by step function; other text is another image
	Base   string            // a layer that all images have, or ""
}

// Birds is the flow of the README.
func Birds() Flow {
	return Flow{Graph: flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds")}
}

// Build writes the artifacts of a flow, and returns the path of the program that
// would be built beside them. The program itself isn't there.
func Build(t testing.TB, f Flow) string {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	m := flowtest.Manifest(f.Graph)
	manifest := ship.Manifest{Bundle: true, Graph: "graph.json", Images: "images.json", Template: "birds.template.yaml",
		Environments: "environments.json", Layouts: map[string]string{}}
	digests := map[string]string{}
	for i := range m.Steps {
		s := &m.Steps[i]
		s.Architecture = "arm64"
		folder := fmt.Sprintf("image%d", i)
		digests[s.Target] = Image(t, path(folder), s.Architecture, types.OCILayer, f.Base, s.Function+f.Code[s.Function])
		manifest.Layouts[s.Target] = folder
	}
	layer, err := config.Parse("lokki.yml", []byte(f.Config))
	must(t, err)
	in := cfn.Input{Graph: f.Graph, Manifest: m, Config: config.Resolve(layer)}
	in.Definition, err = asl.Generate(f.Graph)
	must(t, err)
	in.Images, err = images.New(f.Graph, m, digests)
	must(t, err)
	template, err := cfn.Generate(in)
	must(t, err)
	environments, err := config.Environments(layer)
	must(t, err)
	list, err := in.Images.Encode()
	must(t, err)
	encodedEnvironments, err := config.EncodeEnvironments(environments)
	must(t, err)
	encodedGraph, err := graph.Encode(in.Graph)
	must(t, err)
	encodedManifest, err := json.Marshal(manifest)
	must(t, err)
	for name, data := range map[string][]byte{
		manifest.Template: template.YAML, manifest.Images: list, manifest.Graph: encodedGraph,
		manifest.Environments: encodedEnvironments, "birds_aws.json": encodedManifest,
	} {
		must(t, os.WriteFile(path(name), data, 0o600))
	}
	return path("birds_aws")
}

// Image writes an image with layers of a media type to a folder, and returns its
// digest. Empty layers are left out.
func Image(t testing.TB, folder, architecture string, layers types.MediaType, contents ...string) string {
	t.Helper()
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: architecture, RootFS: v1.RootFS{Type: "layers"}})
	must(t, err)
	for _, c := range contents {
		if c == "" {
			continue
		}
		img, err = mutate.AppendLayers(img, static.NewLayer([]byte(c), layers))
		must(t, err)
	}
	hash, err := img.Digest()
	must(t, err)
	to, err := layout.Write(folder, empty.Index)
	must(t, err)
	must(t, to.AppendImage(img))
	return hash.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
