package step

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestEncoded(t *testing.T) {
	length := Of(func(ctx context.Context, s string) (int, error) {
		switch s {
		case "error":
			return 0, io.EOF
		case "panic":
			panic("boom")
		case "panic with an error":
			panic(io.EOF)
		}
		return len(s), nil
	}).Encoded
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
	if !errors.As(err, &p) || p.Value != "boom" || !strings.Contains(err.Error(), "step_test.go:") {
		t.Errorf("got %v, want the panic with its stack", err)
	}
	if _, err := length(t.Context(), []byte(`"panic with an error"`)); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want what panic was called with wrapped", err)
	}
}

func TestWhatIsNotStoredIsRefused(t *testing.T) {
	bad := Of(func(ctx context.Context, s string) (any, error) { return func() {}, nil }).Encoded
	if _, err := bad(t.Context(), []byte(`""`)); err == nil || !strings.HasPrefix(err.Error(), "encoding the result, a func(): ") {
		t.Errorf("got %v, want an error of encoding", err)
	}
	null := Of(func(ctx context.Context, s string) (*json.RawMessage, error) {
		raw := json.RawMessage("null")
		return &raw, nil
	}).Encoded
	if out, err := null(t.Context(), []byte(`""`)); err == nil {
		t.Errorf("a pointer that would come back as nil gave %s", out)
	}
}
