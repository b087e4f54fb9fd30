package index

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/image"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// imageFor makes an image of one layer, shared by all images of the test.
func imageFor(t *testing.T, architecture, variant string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), architecture+variant)
	err := image.Build(context.Background(), image.Spec{
		OS: "linux", Architecture: architecture, Variant: variant,
		Layers: []image.Layer{{Path: "../../img/layer.tar.gz", Label: "//img:layer.tar.gz"}},
	}, out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIndex(t *testing.T) {
	out := filepath.Join(t.TempDir(), "index")
	spec := Spec{
		Images:          []string{imageFor(t, "arm", "v6"), imageFor(t, "arm", "v7"), imageFor(t, "amd64", "")},
		AnnotationsFile: layouttest.File(t, "annotations.txt", []byte("b=1\n\na=x=y\n")),
	}
	if err := Build(spec, out); err != nil {
		t.Fatal(err)
	}
	layouttest.Check(t, out)
	_, index, images := layouttest.Manifests(t, out)
	if len(images) != 3 {
		t.Errorf("there are %d images", len(images))
	}
	const end = `
      "platform": {
        "os": "linux",
        "architecture": "amd64"
      }
    }
  ],
  "annotations": {
    "b": "1",
    "a": "x=y"
  }
}
`
	if !strings.HasSuffix(string(index), end) {
		t.Errorf("got\n%s\nwhich doesn't end with%s", index, end)
	}
	if !strings.Contains(string(index), `"variant": "v7"`) {
		t.Errorf("the variant is missing:\n%s", index)
	}
}

func TestErrors(t *testing.T) {
	amd64 := imageFor(t, "amd64", "")
	nested := filepath.Join(t.TempDir(), "nested")
	if err := Build(Spec{Images: []string{amd64}}, nested); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		images []string
		want   []string
	}{
		{"no images", nil, []string{"at least one image"}},
		{"same platform twice", []string{amd64, imageFor(t, "amd64", "")}, []string{"for the same platform", "select()"}},
		{"an index", []string{nested}, []string{nested, "which is not an image", "one by one"}},
		{"no layout", []string{t.TempDir()}, []string{"is not a directory in OCI layout"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Build(Spec{Images: test.images}, filepath.Join(t.TempDir(), "index"))
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
