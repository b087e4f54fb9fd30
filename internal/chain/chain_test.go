package chain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPosition(t *testing.T) {
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"flows/birds.go":                          "flows/birds.go:7",
		"example.com/birds/birds.go":              "example.com/birds/birds.go:7",
		filepath.Join(wd, "birds.go"):             "birds.go:7",
		filepath.Join(wd, "a", "birds.go"):        "a/birds.go:7",
		filepath.Join(wd, "..", "b", "birds.go"):  "birds.go:7",
		"/nowhere/at/all/birds.go":                "birds.go:7",
		"external/flows~/birds.go":                "external/flows/birds.go:7", // Bazel 7
		"external/flows+/birds.go":                "external/flows/birds.go:7", // Bazel 8
		"bazel-out/k8-opt-exec-ST-1/bin/birds.go": "birds.go:7",
	} {
		if got := (Frame{File: file, Line: 7}).Position(); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}

func TestBuildFunc(t *testing.T) {
	if _, err := BuildFunc(func() *Node { return nil }); err == nil || !strings.HasPrefix(err.Error(), "the flow function can't be used: it is a closure") {
		t.Errorf("a closure: got %v", err)
	}
	if _, err := BuildFunc(panics); err == nil ||
		!strings.HasPrefix(err.Error(), "calling github.com/lokki-build/lokki/internal/chain.panics: panic: no birds\n\ngoroutine") {
		t.Errorf("a panic: got %v", err)
	}
	if _, err := BuildFunc(none); err == nil || err.Error() !=
		"the flow has no steps\nhint: begin the chain with lokki.Start: a zero lokki.Value has no chain" {
		t.Errorf("no steps: got %v", err)
	}
}

func panics() *Node { panic("no birds") }
func none() *Node   { return nil }
