package push

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/image"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/index"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// recorder records the manifests that are put into a registry, in order.
type recorder struct {
	registry http.Handler
	mu       sync.Mutex
	puts     []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPut && strings.Contains(req.URL.Path, "/manifests/") {
		r.mu.Lock()
		r.puts = append(r.puts, filepath.Base(req.URL.Path))
		r.mu.Unlock()
	}
	r.registry.ServeHTTP(w, req)
}

// serve starts a registry and returns its name, such as 127.0.0.1:4321.
func serve(t *testing.T) (host string, seen *recorder) {
	t.Helper()
	seen = &recorder{registry: registry.New(registry.Logger(log.New(io.Discard, "", 0)))}
	server := httptest.NewServer(seen)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), seen
}

// imageFor makes an image of one layer.
func imageFor(t *testing.T, architecture string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), architecture)
	err := image.Build(context.Background(), image.Spec{
		OS: "linux", Architecture: architecture,
		Layers: []image.Layer{{Path: "../../img/layer.tar.gz", Label: "//img:layer.tar.gz"}},
	}, out)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPushOfAnImage(t *testing.T) {
	host, seen := serve(t)
	dir := imageFor(t, "arm64")
	digest, _, _ := layouttest.Manifests(t, dir)
	var out bytes.Buffer
	opts := Options{Image: dir, Repository: host + "/some/app", Tags: []string{"latest", "v1"}}
	if err := Push(context.Background(), opts, &out); err != nil {
		t.Fatal(err)
	}
	if want := []string{digest.String(), "latest", "v1"}; !reflect.DeepEqual(seen.puts, want) {
		t.Errorf("manifests were put as\n%q, want\n%q", seen.puts, want)
	}
	want := fmt.Sprintf("pushed %[1]s/some/app@%[2]s\ntagged %[1]s/some/app:latest\ntagged %[1]s/some/app:v1\n", host, digest)
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
	for _, ref := range []string{"@" + digest.String(), ":latest", ":v1"} {
		pulled, err := remote.Image(reference(t, host+"/some/app"+ref))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := pulled.Digest(); err != nil || got != digest {
			t.Errorf("%s is %s (%v), want %s", ref, got, err, digest)
		}
		if err := validate.Image(pulled); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}

	// Pushing again sends nothing and is not an error.
	if err := Push(context.Background(), opts, io.Discard); err != nil {
		t.Errorf("pushing again: %v", err)
	}
}

// TestLinks pushes an image in the form that it has in Bazel's sandbox.
func TestLinks(t *testing.T) {
	host, _ := serve(t)
	dir, links := imageFor(t, "arm64"), t.TempDir()
	if err := os.MkdirAll(filepath.Join(links, "blobs/sha256"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*", "blobs/sha256/*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if link := filepath.Join(links, strings.TrimPrefix(file, dir)); filepath.Base(file) != "blobs" {
				if err := os.Symlink(file, link); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := Push(context.Background(), Options{Image: links, Repository: host + "/app"}, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestPushOfAnIndex(t *testing.T) {
	host, seen := serve(t)
	dir := filepath.Join(t.TempDir(), "index")
	if err := index.Build(index.Spec{Images: []string{imageFor(t, "arm64"), imageFor(t, "amd64")}}, dir); err != nil {
		t.Fatal(err)
	}
	root, _, images := layouttest.Manifests(t, dir)
	opts := Options{Image: dir, Repository: host + "/app", Tags: []string{"latest"}}
	if err := Push(context.Background(), opts, io.Discard); err != nil {
		t.Fatal(err)
	}
	// The images come before the index that names them.
	if want := []string{root.String(), "latest"}; len(seen.puts) != 4 || !reflect.DeepEqual(seen.puts[2:], want) {
		t.Errorf("manifests were put as %q", seen.puts)
	}
	pulled, err := remote.Index(reference(t, host+"/app:latest"))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(pulled); err != nil {
		t.Error(err)
	}
	for _, h := range images {
		if _, err := pulled.Image(h); err != nil {
			t.Errorf("the image %s: %v", h, err)
		}
	}
}

func TestInsecure(t *testing.T) {
	server := httptest.NewUnstartedServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are expected
	server.StartTLS()
	t.Cleanup(server.Close)
	opts := Options{Image: imageFor(t, "arm64"), Repository: strings.TrimPrefix(server.URL, "https://") + "/app"}
	if err := Push(context.Background(), opts, io.Discard); err == nil {
		t.Error("an untrusted certificate was accepted")
	}
	opts.Insecure = true
	if err := Push(context.Background(), opts, io.Discard); err != nil {
		t.Errorf("with Insecure: %v", err)
	}
}

func TestCredentials(t *testing.T) {
	reg := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "ada" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		reg.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	opts := Options{Image: imageFor(t, "arm64"), Repository: host + "/app"}

	config := t.TempDir()
	t.Setenv("DOCKER_CONFIG", config)
	err := Push(context.Background(), opts, io.Discard)
	if err == nil || hint.Of(err) != "log in with `docker login "+host+"`" {
		t.Errorf("without credentials: got the error %v and the hint %q", err, hint.Of(err))
	}
	// "auth" is "ada:secret" in base64, as docker login writes it.
	text := fmt.Sprintf(`{"auths": {%q: {"auth": "YWRhOnNlY3JldA=="}}}`, host)
	if err := os.WriteFile(filepath.Join(config, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Push(context.Background(), opts, io.Discard); err != nil {
		t.Errorf("with credentials: %v", err)
	}
}

func TestErrors(t *testing.T) {
	host, seen := serve(t)
	good := imageFor(t, "arm64")
	tests := []struct {
		name string
		opts Options
		want []string
	}{
		{"registry can't be reached", Options{Image: good, Repository: closedPort(t) + "/app"}, []string{"pushing ", "connection refused", "can be reached from here"}},
		{"tag in the repository", Options{Image: good, Repository: host + "/app:latest"}, []string{"reading the name of the repository", "neither tag nor digest"}},
		{"digest in the repository", Options{Image: good, Repository: host + "/app@sha256:" + strings.Repeat("0", 64)}, []string{"reading the name of the repository"}},
		{"bad tags", Options{Image: good, Repository: host + "/app", Tags: []string{"a b", "ok", "c/d"}}, []string{`the tag "a b"`, `the tag "c/d"`}},
		{"no layout", Options{Image: t.TempDir(), Repository: host + "/app"}, []string{"is not a directory in OCI layout"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Push(context.Background(), test.opts, io.Discard)
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
	if len(seen.puts) != 0 {
		t.Errorf("%q were put all the same", seen.puts)
	}
}

func TestMissingLayer(t *testing.T) {
	host, seen := serve(t)
	dir := imageFor(t, "arm64")
	root, _, _ := layouttest.Manifests(t, dir)
	layer := layouttest.Manifest(t, dir, root).Layers[0].Digest
	if err := os.Remove(filepath.Join(dir, "blobs", "sha256", layer.Hex)); err != nil {
		t.Fatal(err)
	}
	opts := Options{Image: dir, Repository: host + "/app", Tags: []string{"latest"}}
	if err := Push(context.Background(), opts, io.Discard); err == nil {
		t.Error("there is no error")
	}
	if len(seen.puts) != 0 {
		t.Errorf("%q were put all the same", seen.puts)
	}
}

// closedPort returns an address that nothing listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func reference(t *testing.T, text string) name.Reference {
	t.Helper()
	ref, err := name.ParseReference(text)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}
