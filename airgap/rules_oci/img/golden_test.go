// Package img_test compares the images that Bazel builds with those of the
// genuine rules_oci.
package img_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

func TestGolden(t *testing.T) {
	if os.Getenv("TEST_WORKSPACE") == "" {
		t.Skip("the images are built by Bazel: bazel test //img:img_test")
	}
	expected, err := filepath.Glob("expected/*")
	if err != nil || len(expected) != 7 {
		t.Fatalf("there are %d expected images (%v)", len(expected), err)
	}
	for _, want := range expected {
		target := filepath.Base(want)
		t.Run(target, func(t *testing.T) {
			layouttest.Compare(t, target, want)
			got := layouttest.Read(t, target+".json.sha256")
			if want := layouttest.Read(t, want, "digest"); !bytes.Equal(got, want) {
				t.Errorf("%s.digest has %q, want %q", target, got, want)
			}
		})
	}
}
