package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/lokki/codec"
	"github.com/lokki-build/lokki/lokki/store"
)

const bucket = "values"

func TestMain(m *testing.M) {
	s3server.Main()
	os.Exit(m.Run())
}

// TestFlowOfImages runs the flow of package steps as it would be deployed: each
// task is an invocation of the binary that was taken out of the built image,
// under the Lambda Runtime API, and the values are in a real S3 server.
func TestFlowOfImages(t *testing.T) {
	s3, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s3.Close()
	if err := s3.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	values := store.NewS3(s3.Client(), bucket)
	for _, test := range []struct {
		name, input string
		items       int
		want        int
	}{
		{"defaults", `{}`, 3, 12},
		{"input", `{"numbers": [5, 7]}`, 2, 24},
		{"empty list", `{"numbers": []}`, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := "run-" + strings.ReplaceAll(test.name, " ", "-")
			request := func(step string) envelope.Request {
				return envelope.Request{Flow: "numbers-flow", Run: run, Step: step}
			}

			list := request("list-numbers")
			list.Defaults, list.Input, list.Split = json.RawMessage(`{"numbers": [1, 2, 3]}`), json.RawMessage(test.input), 1
			listed := invoke(t, s3, "list_numbers", list)
			if listed.Count == nil || *listed.Count != test.items {
				t.Fatalf("the list's reply is %+v, want %d items", listed, test.items)
			}

			var batches []envelope.Batch
			if err := json.Unmarshal(read(t, values, listed.Items), &batches); err != nil {
				t.Fatal(err)
			}
			for _, batch := range batches {
				double := request("double-number")
				double.Path, double.From, double.Batch = fmt.Sprintf("%d/", batch.Index), "list-numbers", &batch
				invoke(t, s3, "double_number", double)
			}

			sum := request("sum-numbers")
			sum.From, sum.Count = "double-number", listed.Count
			invoke(t, s3, "sum_numbers", sum)

			key := "lokki/numbers-flow/" + run + "/sum-numbers/output.json.gz"
			plain, err := codec.Decompress(strings.NewReader(string(read(t, values, key))), 1<<10)
			if err != nil {
				t.Fatal(err)
			}
			defer plain.Close()
			data, err := io.ReadAll(plain)
			if err != nil {
				t.Fatal(err)
			}
			var got int
			if err := codec.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("the flow's result is %d, want %d", got, test.want)
			}
		})
	}
}

// invoke runs one task in the image of a step, as a user that the image does not know.
func invoke(t *testing.T, s3 *s3server.Server, target string, request envelope.Request) envelope.Reply {
	t.Helper()
	image, err := lambdahost.Unpack(filepath.Join("steps", target+"_image"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	config := lambdahost.Config{
		Name:    target,
		Command: image.Command,
		Env:     append(append(image.Env, s3.Env()...), "LOKKI_ARTIFACT_BUCKET="+bucket),
		Sandbox: &lambdahost.Sandbox{Root: image.Root},
		Log:     t.Output(),
	}
	if os.Geteuid() != 0 { // no namespaces then: the binary runs as it is, outside of its root
		config.Sandbox = nil
		config.Command = append([]string{filepath.Join(image.Root, image.Command[0])}, image.Command[1:]...)
	}
	host, err := lambdahost.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	payload, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	result, err := host.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if result.Failure != nil {
		t.Fatalf("%s failed: %v", target, result.Failure)
	}
	var reply envelope.Reply
	if err := json.Unmarshal(result.Payload, &reply); err != nil {
		t.Fatalf("%s answered %s: %v", target, result.Payload, err)
	}
	return reply
}

func read(t *testing.T, values store.Store, key string) []byte {
	t.Helper()
	body, err := values.Get(t.Context(), key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestImagesByDigest compares what is deployed with what was built: the digest
// of each image stands in the list of images and in the template.
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
