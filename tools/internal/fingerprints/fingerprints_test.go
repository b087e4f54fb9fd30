package fingerprints

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/fingerprint"
)

func write(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNew(t *testing.T) {
	a, b, c := write(t, "a", "one"), write(t, "b=b", "two"), write(t, "c", "one")
	got, err := New([]string{"x.B=" + b, "x.A=" + a, "x.C=" + c})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got["x.A"] != got["x.C"] || got["x.A"] == got["x.B"] || len(got["x.A"]) != 64 {
		t.Errorf("got %v, want equal ones for equal code, and different ones for different code", got)
	}
	data, err := got.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := fingerprint.Decode(data)
	if err != nil || !maps.Equal(read, got) {
		t.Errorf("read again: %v, %v; want %v", read, err, got)
	}
	again, _ := New([]string{"x.A=" + a, "x.C=" + c, "x.B=" + b})
	if other, _ := again.Encode(); string(other) != string(data) {
		t.Errorf("in another order the file differs:\n%s", other)
	}
}

func TestProblems(t *testing.T) {
	a := write(t, "a", "one")
	_, err := New([]string{"x.A", "=" + a, "x.A=", "x.B=" + a, "x.B=" + a, "x.C=" + a + "/none"})
	for _, want := range []string{`step "x.A": want FUNCTION=FILE`, `step "=`, `step "x.A="`, "x.B is given twice", "reading the code of x.C: open "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to contain %s", err, want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for data, want := range map[string]string{`{"version":2}`: "version 2", `{`: "decoding the fingerprints: unexpected end"} {
		if _, err := fingerprint.Decode([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", data, err, want)
		}
	}
}
