package stepcode_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program returns a program of the step FlapBird. Under Bazel it is built already;
// otherwise it is built here.
func program(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), os.Getenv("LOKKI_TEST_FLAP_BIRD"))
	if os.Getenv("LOKKI_TEST_FLAP_BIRD") == "" {
		path = filepath.Join(t.TempDir(), "flap_bird")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./testdata/flap_bird").CombinedOutput(); err != nil {
			t.Fatalf("building the program: %v\n%s", err, out)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestOnlyTheStep looks for the names of functions, which stack traces need: the
// program has the step and what it reaches, but not the other steps.
func TestOnlyTheStep(t *testing.T) {
	data := program(t)
	for name, want := range map[string]bool{
		"lokki/lokkitest.FlapBird": true, "lokki/lokkitest.GetBirds": false, "lokki/lokkitest.JoinBirds": false,
		"lokki/lokkitest.BirdsFlow": false, "internal/codec.Marshal": true,
	} {
		if got := bytes.Contains(data, []byte("github.com/lokki-build/lokki/"+name+"\x00")); got != want {
			t.Errorf("the program has %s: %v, want %v", name, got, want)
		}
	}
}
