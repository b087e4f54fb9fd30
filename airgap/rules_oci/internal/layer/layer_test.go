package layer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/zstd"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

func zstdOf(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func hashOf(data []byte) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(data))}
}

func TestCopy(t *testing.T) {
	// Larger than all buffers, and not a multiple of them.
	plain := layouttest.Tar(t, "file", strings.Repeat("0123456789", 300_001))
	skippable := append([]byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0}, "abc"...)
	tests := []struct {
		name, compression string
		archive           []byte
	}{
		{"plain", "", plain},
		{"gzip", "gzip", layouttest.Gzip(t, plain)},
		{"gzip of two members", "gzip", append(layouttest.Gzip(t, plain[:1000]), layouttest.Gzip(t, plain[1000:])...)},
		{"zstd", "zstd", zstdOf(t, plain)},
		{"zstd after a skippable frame", "zstd", append(skippable, zstdOf(t, plain)...)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var copied bytes.Buffer
			got, err := Copy(context.Background(), &copied, bytes.NewReader(test.archive))
			if err != nil {
				t.Fatal(err)
			}
			want := Info{hashOf(test.archive), hashOf(plain), int64(len(test.archive)), test.compression}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if !bytes.Equal(copied.Bytes(), test.archive) {
				t.Error("the copy differs from the archive")
			}
		})
	}
}

func TestCopyOfAnEmptyFile(t *testing.T) {
	// Tools write this for an empty archive.
	got, err := Copy(context.Background(), new(bytes.Buffer), strings.NewReader(""))
	if want := (Info{hashOf(nil), hashOf(nil), 0, ""}); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}

func TestCopyErrors(t *testing.T) {
	plain := layouttest.Tar(t, "file", strings.Repeat("0123456789", 1000))
	gz := layouttest.Gzip(t, plain)
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	zst := zstdOf(t, plain)
	tests := []struct {
		name, want string
		archive    []byte
	}{
		{"not a tar archive", "reading the tar archive", bytes.Repeat([]byte("text"), 1000)},
		{"truncated tar archive", "reading the tar archive", plain[:2000]},
		{"truncated gzip", "reading the gzip-compressed tar archive", gz[:len(gz)/2]},
		{"gzip header alone", "reading the gzip-compressed tar archive", gz[:5]},
		{"corrupt gzip", "reading the gzip-compressed tar archive", flipped},
		{"gzip of something else", "reading the gzip-compressed tar archive", layouttest.Gzip(t, bytes.Repeat([]byte("text"), 1000))},
		{"truncated zstd", "reading the zstd-compressed tar archive", zst[:len(zst)/2]},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info, err := Copy(context.Background(), new(bytes.Buffer), bytes.NewReader(test.archive))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v and the error %v, want one with %q", info, err, test.want)
			}
		})
	}
}

func TestCopyStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Copy(ctx, new(bytes.Buffer), bytes.NewReader(layouttest.Tar(t, "file", "")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v", err)
	}
}
