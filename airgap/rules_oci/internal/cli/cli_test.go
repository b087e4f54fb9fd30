package cli

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

func TestExitCodes(t *testing.T) {
	empty := t.TempDir()
	tests := []struct {
		name string
		args []string
		code int
		want string // part of standard error
	}{
		{"no command", nil, 2, "usage: oci COMMAND"},
		{"help", []string{"help"}, 0, "make an image index in OCI layout"},
		{"unknown command", []string{"frob"}, 2, `unknown command "frob"`},
		{"help of a command", []string{"image", "-help"}, 0, "-architecture"},
		{"unknown flag", []string{"image", "-frob"}, 2, "flag provided but not defined: -frob"},
		{"argument", []string{"push", "-r", "x/y", "frob"}, 2, `"frob" is not a flag of oci push`},
		{"no output", []string{"image"}, 2, "-output is needed"},
		{"no output of an index", []string{"index"}, 2, "-output is needed"},
		{"layer without label", []string{"image", "-output", empty, "-layer", "a.tar"}, 2, "1 layers and 0 labels"},
		{"failure and hint", []string{"digest", "-image", empty}, 1, "hint: name an oci_image"},
		{"no repository", []string{"push", "-image", empty}, 2, "add: -- --repository NAME"},
		{"no tags file", []string{"load", "-tags", empty + "/gone"}, 1, "gone: no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := Run(context.Background(), test.args, &stdout, &stderr); code != test.code {
				t.Errorf("got the exit code %d, want %d", code, test.code)
			}
			if !strings.Contains(stderr.String(), test.want) {
				t.Errorf("%q is not in\n%s", test.want, &stderr)
			}
			if stdout.Len() > 0 {
				t.Errorf("the standard output has %q", &stdout)
			}
		})
	}
}

// TestPushFlags passes the rule's flags, and after them a user's.
func TestPushFlags(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	dir := filepath.Join(t.TempDir(), "image")
	run(t, "image", "-output", dir, "-os=linux", "-architecture=arm64")
	tags := layouttest.File(t, "tags.txt", []byte("latest\nv1\n"))
	repository := layouttest.File(t, "repository.txt", []byte(host+"/from/file\n"))

	tests := []struct {
		name string
		args []string
		want []string // what is pushed and tagged, without digests
	}{
		{"attribute", []string{"-repository", host + "/app"}, []string{"/app@"}},
		{"file", []string{"-repository_file", repository, "-remote_tags", tags}, []string{"/from/file@", "/from/file:latest", "/from/file:v1"}},
		{"the user's repository", []string{"-repository", host + "/app", "--repository", host + "/mine"}, []string{"/mine@"}},
		{"in short, over a file", []string{"-repository_file", repository, "-r", host + "/mine"}, []string{"/mine@"}},
		{"the user's tags come first", []string{"-repository", host + "/app", "-remote_tags", tags, "-t", "a", "--tag=b", "--insecure"},
			[]string{"/app@", "/app:a", "/app:b", "/app:latest", "/app:v1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"push", "-image", dir}, test.args...)
			if code := Run(context.Background(), args, &stdout, &stderr); code != 0 {
				t.Fatalf("exit code %d\n%s", code, &stderr)
			}
			lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("got\n%s\nwant %d lines", &stdout, len(test.want))
			}
			for i, want := range test.want {
				if !strings.Contains(lines[i], " "+host+want) {
					t.Errorf("line %d is %q, want one of %q", i, lines[i], want)
				}
			}
		})
	}
}
