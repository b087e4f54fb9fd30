package chain

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAdapt(t *testing.T) {
	length := Adapt(func(ctx context.Context, s string) (int, error) {
		switch s {
		case "error":
			return 0, io.EOF
		case "panic":
			panic("boom")
		case "panic with an error":
			panic(io.EOF)
		}
		return len(s), nil
	})
	if out, err := length(t.Context(), []byte(`"four"`)); err != nil || string(out) != "4" {
		t.Errorf("got %s, %v", out, err)
	}
	if _, err := length(t.Context(), []byte(`"error"`)); err != io.EOF {
		t.Errorf("got %v, want the step's own error", err)
	}
	if _, err := length(t.Context(), []byte(`4`)); err == nil || !strings.HasPrefix(err.Error(), "decoding the argument, a string: ") {
		t.Errorf("got %v, want an error of decoding", err)
	}
	_, err := length(t.Context(), []byte(`"panic"`))
	var p *PanicError
	if !errors.As(err, &p) || p.Value != "boom" || !strings.Contains(err.Error(), "chain_test.go:") {
		t.Errorf("got %v, want the panic with its stack", err)
	}
	if _, err := length(t.Context(), []byte(`"panic with an error"`)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want what panic was called with wrapped", err)
	}
}

func TestAdaptRefusesWhatIsNotStored(t *testing.T) {
	bad := Adapt(func(ctx context.Context, s string) (any, error) { return func() {}, nil })
	if _, err := bad(t.Context(), []byte(`""`)); err == nil || !strings.HasPrefix(err.Error(), "encoding the result, a func(): ") {
		t.Errorf("got %v, want an error of encoding", err)
	}
	null := Adapt(func(ctx context.Context, s string) (*json.RawMessage, error) {
		raw := json.RawMessage("null")
		return &raw, nil
	})
	if out, err := null(t.Context(), []byte(`""`)); err == nil {
		t.Errorf("a pointer that would come back as nil gave %s", out)
	}
}

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
