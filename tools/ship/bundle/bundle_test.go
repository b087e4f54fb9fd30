package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// contents makes the same contents in another folder, with other times.
func contents(t *testing.T, at time.Time) Contents {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, blob := range []string{"get/blobs/sha256/aa", "flap/blobs/sha256/aa"} {
		write(blob, "shared layer")
	}
	write("get/blobs/sha256/bb", "get")
	write("flap/blobs/sha256/cc", "flap")
	return Contents{
		Folder: "birds", Name: "birds_aws", Program: write("bin/ship", "program"),
		Files:   map[string]string{"birds.template.yaml": write("t", "template"), "birds_aws.json": write("m", "{}")},
		Layouts: []string{filepath.Join(dir, "get"), filepath.Join(dir, "flap")},
	}
}

func TestWrite(t *testing.T) {
	var first, second bytes.Buffer
	if err := contents(t, time.Unix(1, 0)).Write(&first); err != nil {
		t.Fatal(err)
	}
	if err := contents(t, time.Unix(1e9, 0)).Write(&second); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same contents in another folder give other bytes")
	}
	zip, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	archive := tar.NewReader(zip)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
		if executable := h.Mode&0o111 != 0; executable != (h.Name == "birds/birds_aws") {
			t.Errorf("%s has mode %o", h.Name, h.Mode)
		}
	}
	want := []string{"birds/birds.template.yaml", "birds/birds_aws", "birds/birds_aws.json",
		"birds/images/blobs/sha256/aa", "birds/images/blobs/sha256/bb", "birds/images/blobs/sha256/cc"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("got %q\nwant %q", names, want)
	}
}
