package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/layer"
)

func TestWrite(t *testing.T) {
	binary := strings.Repeat("code ", 1000)
	var first, second bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &second} {
		if err := layer.Write(w, "/lokki/step", []byte(binary)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two layers of the same binary differ")
	}

	zip, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	if zip.Name != "" || !zip.ModTime.IsZero() {
		t.Errorf("the gzip header has name %q and time %v, want neither", zip.Name, zip.ModTime)
	}
	archive := tar.NewReader(zip)
	var got []string
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %o %d:%d %d %t", h.Name, h.Mode, h.Uid, h.Gid, h.ModTime.Unix(), string(content) == binary))
	}
	want := []string{"lokki/ 755 0:0 0 false", "lokki/step 555 0:0 0 true"}
	if !slices.Equal(got, want) {
		t.Errorf("the layer holds %q, want %q", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, test := range []struct{ name, path, want string }{
		{"relative path", "step", `"step"; want an absolute path`},
		{"no path", "/", "absolute path"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := layer.Write(io.Discard, test.path, []byte("code"))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}
