package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/lokki-build/lokki/tools/ship/account"
	"github.com/lokki-build/lokki/tools/ship/registry"
	"github.com/lokki-build/lokki/tools/ship/shiptest"
)

const host = shiptest.Account + ".dkr.ecr." + shiptest.Region + ".amazonaws.com"

// open starts a server with a registry, and makes n images that have a layer in
// common.
func open(t testing.TB, n int) (*shiptest.Server, *registry.Registry, []registry.Image) {
	t.Helper()
	s := shiptest.Start(t)
	a, err := account.Connect(t.Context(), shiptest.Account, shiptest.Region)
	if err != nil {
		t.Fatal(err)
	}
	var images []registry.Image
	for i := range n {
		images = append(images, image(t, fmt.Sprintf("step-%d", i), types.OCILayer, strings.Repeat("base", 500), fmt.Sprint("code ", i)))
	}
	return s, &registry.Registry{Account: a, Flow: "birds-flow", Stack: "birds-flow"}, images
}

func image(t testing.TB, step string, layers types.MediaType, contents ...string) registry.Image {
	t.Helper()
	folder := t.TempDir()
	digest := shiptest.Image(t, folder, "arm64", layers, contents...)
	return registry.Image{Step: step, Folder: folder, Digest: digest, Architecture: "arm64", URI: host + "/birds-flow/" + step + "@" + digest}
}

func TestPush(t *testing.T) {
	s, r, images := open(t, 5)
	var sent, present int
	var bytes int64
	r.Tags = map[string]string{"team": "birds"}
	r.Report = func(p registry.Progress) {
		if p.Present {
			present++
		} else {
			sent++
		}
		bytes += p.Sent
	}
	if err := r.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	if sent != 5 || present != 0 {
		t.Errorf("%d sent, %d present", sent, present)
	}
	// The common layer is sent once and mounted by the others.
	if want := int64(2000 + 5*len("code 0")); bytes != want || s.Calls("registry.mounted") != 4 {
		t.Errorf("%d bytes were sent, want %d; %d mounts, want 4", bytes, want, s.Calls("registry.mounted"))
	}
	repository := s.ECR.Repositories["birds-flow/step-3"]
	created, err := json.Marshal(repository.Created)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"imageTagMutability":"IMMUTABLE"`, `"scanOnPush":true`, `"encryptionType":"AES256"`,
		`{"Key":"lokki:flow","Value":"birds-flow"},{"Key":"team","Value":"birds"}`} {
		if !strings.Contains(string(created), want) {
			t.Errorf("the repository was made with %s\nwant %s", created, want)
		}
	}
	if !strings.Contains(repository.Policy, "lambda.amazonaws.com") || !strings.Contains(repository.Policy, "function:*") {
		t.Errorf("its policy is %s", repository.Policy)
	}
	for tag, digest := range repository.Tags {
		if !strings.HasPrefix(tag, "lokki-birds-flow-") || digest != images[3].Digest {
			t.Errorf("the tag is %s for %s", tag, digest)
		}
	}

	// Pushing again is one request for each image, and one to log in.
	s.Forget()
	if err := r.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	if present != 5 || s.Calls("registry.") != 5 || s.Calls("registry.HEAD manifest") != 5 || s.Calls("ecr.") != 1 {
		t.Errorf("an unchanged flow: %d present, %d requests to the registry, %d to ECR", present, s.Calls("registry."), s.Calls("ecr."))
	}

	// Another stack's tags are its own, and removing one stack's leaves the other's.
	other := &registry.Registry{Account: r.Account, Flow: r.Flow, Stack: "birds-prod"}
	if err := other.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	if n := len(repository.Tags); n != 2 {
		t.Errorf("%d tags, want one for each stack", n)
	}
	names := []string{"birds-flow/absent", "birds-flow/step-3"}
	removed, err := r.Remove(t.Context(), names, shiptest.Account)
	if err != nil || len(removed) != 0 || len(repository.Tags) != 1 {
		t.Errorf("removed %q (%v), %d tags are left", removed, err, len(repository.Tags))
	}
	if removed, err := other.Remove(t.Context(), names, shiptest.Account); err != nil || len(removed) != 1 || s.ECR.Repositories["birds-flow/step-3"] != nil {
		t.Errorf("the last stack removed %q, %v", removed, err)
	}
}

func TestInterruptedBetweenRepositoryAndPolicy(t *testing.T) {
	s, r, images := open(t, 1)
	s.ECR.Add("birds-flow/step-0")
	if err := r.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	if got := s.ECR.Repositories["birds-flow/step-0"]; got.Policy == "" || s.Calls("ecr.CreateRepository") != 0 {
		t.Errorf("the policy is %q", got.Policy)
	}
}

func TestAnotherAccountsRegistry(t *testing.T) {
	s, r, images := open(t, 1)
	images[0].URI = strings.Replace(images[0].URI, shiptest.Account, "210987654321", 1)
	if err := r.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	if policy := s.ECR.Repositories["birds-flow/step-0"].Policy; !strings.Contains(policy, "arn:aws:iam::"+shiptest.Account+":root") {
		t.Errorf("the policy doesn't let the account pull: %s", policy)
	}
	images[0].URI = strings.Replace(images[0].URI, shiptest.Region, "us-east-1", 1)
	if err := r.Push(t.Context(), images); err == nil || !strings.Contains(err.Error(), "is not in the Region eu-west-1") {
		t.Errorf("error %v", err)
	}
}

func TestWhatLambdaRefuses(t *testing.T) {
	s, r, images := open(t, 1)
	images = append(images, image(t, "zstd", types.OCILayerZStd, "x"), image(t, "plain", types.OCIUncompressedLayer, "x"))
	images[0].Architecture = "amd64"
	err := r.Push(t.Context(), images)
	for _, want := range []string{"step step-0: the image is for linux/arm64, and the function for linux/amd64", "step zstd: the layer sha256:", "step plain: ", "compressed with gzip\nhint: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %s", err, want)
		}
	}
	if s.Calls("ecr.") != 0 {
		t.Error("something was sent before")
	}
}

// TestFaults: what passes is retried, and what doesn't is explained; calling again
// goes on where it stopped.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, operation string
		times           int64 // that it fails
		fail            func(http.ResponseWriter)
		want            string
	}{
		{"server error of a check", "registry.HEAD manifest", 2, func(w http.ResponseWriter) { w.WriteHeader(503) }, ""},
		{"throttled check", "registry.HEAD manifest", 2, func(w http.ResponseWriter) { w.WriteHeader(429) }, ""},
		{"lost connection in a check", "registry.HEAD manifest", 2, shiptest.Drop, ""},
		{"server error of an upload", "registry.PATCH upload", 2, func(w http.ResponseWriter) { w.WriteHeader(500) }, ""},
		{"lost connection in an upload", "registry.PATCH upload", 2, shiptest.Drop, ""},
		{"server error of a manifest", "registry.PUT manifest", 1, func(w http.ResponseWriter) { w.WriteHeader(502) }, ""},
		{"throttled repository", "ecr.CreateRepository", 2, func(w http.ResponseWriter) { shiptest.FailJSON(w, 400, "ThrottlingException", "Rate exceeded") }, ""},
		{"server error of ECR", "ecr.GetAuthorizationToken", 2, func(w http.ResponseWriter) { shiptest.FailJSON(w, 500, "ServerException", "oops") }, ""},
		{"expired", "ecr.GetAuthorizationToken", 1e9, func(w http.ResponseWriter) { shiptest.FailJSON(w, 400, "ExpiredTokenException", "expired") },
			"ExpiredTokenException: expired\nhint: the credentials have expired"},
		{"denied by ECR", "ecr.CreateRepository", 1e9, func(w http.ResponseWriter) { shiptest.FailJSON(w, 400, "AccessDeniedException", "no") },
			"preparing the repository birds-flow/step-"},
		{"denied by the registry", "registry.POST upload", 1e9, func(w http.ResponseWriter) { w.WriteHeader(403) }, "hint: the caller may not push there"},
		{"another image has the tag", "registry.HEAD manifest", 1e9, func(w http.ResponseWriter) {
			w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
			w.Header().Set("Content-Type", string(types.OCIManifestSchema1))
			w.Header().Set("Content-Length", "1")
		}, "is another image"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, r, images := open(t, 3)
			var failed atomic.Int64
			s.SetFault(func(operation string, w http.ResponseWriter, _ *http.Request) bool {
				if operation != c.operation || failed.Add(1) > c.times {
					return false
				}
				c.fail(w)
				return true
			})
			err := r.Push(t.Context(), images)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "\nhint: ")) {
				t.Fatalf("error %v\nwant %s", err, c.want)
			}
			if failed.Load() == 0 {
				t.Errorf("nothing failed: there was no %s", c.operation)
			}
			s.SetFault(nil)
			if err := r.Push(t.Context(), images); err != nil {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func TestInterrupt(t *testing.T) {
	s, r, images := open(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	s.SetFault(func(operation string, _ http.ResponseWriter, _ *http.Request) bool {
		if operation == "registry.PUT manifest" {
			cancel()
		}
		return false
	})
	if err := r.Push(ctx, images); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Fatalf("error %v", err)
	}
	s.SetFault(nil)
	if err := r.Push(t.Context(), images); err != nil {
		t.Fatal(err)
	}
	for _, i := range images {
		if len(s.ECR.Repositories["birds-flow/"+i.Step].Tags) != 1 {
			t.Errorf("%s has no tag", i.Step)
		}
	}
}

// TestManyAtOnce: thirty images are not sent one after the other.
func TestManyAtOnce(t *testing.T) {
	s, r, images := open(t, 30)
	var arrived atomic.Int64
	eight := make(chan struct{})
	s.SetFault(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "registry.HEAD manifest" {
			if arrived.Add(1) == 8 {
				close(eight)
			}
			select { // the first wait for seven more
			case <-eight:
			case <-r.Context().Done():
			}
		}
		return false
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := r.Push(ctx, images); err != nil {
		t.Fatal(err)
	}
	if s.AtOnce() < 8 {
		t.Errorf("%d requests at once", s.AtOnce())
	}
}

// BenchmarkPush pushes thirty images to a registry that takes 10 ms for a request:
// at once, and one after the other.
func BenchmarkPush(b *testing.B) {
	for name, each := range map[string]int{"at once": 30, "one by one": 1} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, r, images := open(b, 30)
				s.SetFault(func(string, http.ResponseWriter, *http.Request) bool { time.Sleep(10 * time.Millisecond); return false })
				for i := 0; i < len(images); i += each {
					if err := r.Push(b.Context(), images[i:i+each]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
