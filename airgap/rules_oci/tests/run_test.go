package tests

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// run runs a target's program, which must succeed, and returns its output.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(context.Background(), "./"+program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, &stderr)
	}
	return stdout.String()
}

func TestPush(t *testing.T) {
	needBazel(t)
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	repository := strings.TrimPrefix(server.URL, "http://") + "/app"
	tests := []struct {
		program, image string
		args, tags     []string
	}{
		{"push_push.sh", "any_platform", []string{"-t", "mine", "-r", repository}, []string{"mine", "latest", "v1"}},
		{"push_push_files.sh", "platforms", []string{"--repository=" + repository, "--tag=other"}, []string{"other", "from-file", "v1"}},
	}
	for _, test := range tests {
		out := run(t, test.program, test.args...)
		root, _, _ := layouttest.Manifests(t, test.image)
		want := "pushed " + repository + "@" + root.String() + "\n"
		for _, tag := range test.tags {
			want += "tagged " + repository + ":" + tag + "\n"
		}
		if out != want {
			t.Errorf("%s printed\n%s\nwant\n%s", test.program, out, want)
		}
		for _, tag := range test.tags {
			ref, err := name.NewTag(repository + ":" + tag)
			if err != nil {
				t.Fatal(err)
			}
			desc, err := remote.Get(ref)
			if err != nil || desc.Digest != root {
				t.Errorf("%s is %v (%v), want %s", ref, desc, err, root)
			}
		}
	}
}

// TestPushAsItIs runs targets without arguments. Nothing listens at their
// repositories.
func TestPushAsItIs(t *testing.T) {
	needBazel(t)
	for _, program := range []string{"push_push.sh", "push_push_files.sh"} {
		var stderr bytes.Buffer
		cmd := exec.CommandContext(context.Background(), "./"+program)
		cmd.Stderr = &stderr
		err := cmd.Run()
		if err == nil || !strings.Contains(stderr.String(), "hint: check that 127.0.0.1:1 can be reached") {
			t.Errorf("%s: %v\n%s", program, err, &stderr)
		}
	}
}

func TestLoad(t *testing.T) {
	needBazel(t)
	loaded := filepath.Join(t.TempDir(), "loaded.tar")
	t.Setenv("LOADED_TO", loaded)
	if out := run(t, "load.sh"); out != "loaded by the loader\n" {
		t.Errorf("load printed %q", out)
	}
	image, err := tarball.ImageFromPath(loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(image); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(layouttest.Read(t, loaded), layouttest.Read(t, "load/tarball.tar")) {
		t.Error("what is loaded is not what the output group tarball has")
	}

	if err := os.Remove(loaded); err != nil {
		t.Fatal(err)
	}
	run(t, "load_index.sh")
	if !bytes.Contains(layouttest.Read(t, loaded), []byte("org.opencontainers.image.ref.name")) {
		t.Error("the index's tarball lacks its tag")
	}
}
