package tests

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestFlowsOfImages runs the flows of package steps as they would be deployed:
// each task is an invocation of the binary from the built image, under the Lambda
// Runtime API, and the values are in a real S3 server.
func TestFlowsOfImages(t *testing.T) {
	c := newCloud(t)
	for _, test := range []struct {
		name, flow, input string
		batch             int // items per child
		want              int
	}{
		{"defaults", "numbers", `{}`, 1, 12},
		{"input", "numbers", `{"numbers": [5, 7]}`, 1, 24},
		{"empty list", "numbers", `{"numbers": []}`, 1, 0},
		{"batches", "numbers", `{"numbers": [5, 7, 9, 11, 13]}`, 2, 90},
		{"one batch", "numbers", `{"numbers": [5, 7]}`, 10, 24},
		{"nested", "ranges", `{}`, 1, 80},
		{"nested, with input", "ranges", `{"numbers": [4, 0, 1]}`, 1, 88},
		{"nested in batches", "ranges", `{"numbers": [5, 2]}`, 2, 144},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := c.execute(t, test.flow, test.batch, test.input); got != test.want {
				t.Errorf("the flow's result is %d, want %d", got, test.want)
			}
		})
	}
}

// TestImagesByDigest compares what is deployed with what was built: the digest
// of each image is in the list of images and in the template.
func TestImagesByDigest(t *testing.T) {
	var list map[string]struct{ Target, Repository, Digest string }
	if err := json.Unmarshal(file(t, "steps/numbers.images.json"), &list); err != nil {
		t.Fatal(err)
	}
	template := string(file(t, "steps/numbers.template.yaml"))
	if len(list) != 3 {
		t.Fatalf("%d images, want 3", len(list))
	}
	for step, image := range list {
		_, name, _ := strings.Cut(image.Target, ":")
		var index struct{ Manifests []struct{ Digest string } }
		if err := json.Unmarshal(file(t, "steps/"+name+"_image/index.json"), &index); err != nil {
			t.Fatal(err)
		}
		if len(index.Manifests) != 1 || index.Manifests[0].Digest != image.Digest {
			t.Errorf("%s: the list says %s, the image is %+v", step, image.Digest, index.Manifests)
		}
		if want := image.Repository + "@" + image.Digest; !strings.Contains(template, want) {
			t.Errorf("the template lacks %s", want)
		}
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
