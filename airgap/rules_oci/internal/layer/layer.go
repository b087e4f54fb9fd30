// Package layer reads the tar archives that are an image's layers.
package layer

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Info describes a layer.
type Info struct {
	Digest v1.Hash // of the archive's bytes, as they are
	DiffID v1.Hash // of the tar archive inside, uncompressed
	Size   int64   // of the archive as it is, in bytes
	// Compression is "gzip", "zstd" or "", as in the layer's media type.
	Compression string
}

// Copy copies an archive and describes it, in one pass. The first bytes, not
// the file's name, determine the compression. An archive that can't be read to
// its end is an error, because no engine could unpack it.
func Copy(ctx context.Context, dst io.Writer, src io.Reader) (Info, error) {
	digest, diff := sha256.New(), sha256.New()
	size := new(counter)
	// Everything is copied and hashed as the decompressor asks for it.
	archive := bufio.NewReaderSize(io.TeeReader(
		&contextReader{ctx, src}, io.MultiWriter(dst, digest, size)), 1<<20)

	plain, compression, err := decompress(archive)
	if err != nil {
		return Info{}, err
	}
	defer plain.Close()
	if err := readTar(io.TeeReader(plain, diff)); err != nil {
		if compression != "" {
			return Info{}, fmt.Errorf("reading the %s-compressed tar archive: %w", compression, err)
		}
		return Info{}, fmt.Errorf("reading the tar archive: %w", err)
	}
	if _, err := io.Copy(io.Discard, archive); err != nil {
		return Info{}, err
	}
	return Info{sum(digest), sum(diff), int64(*size), compression}, nil
}

// magic numbers: RFC 1952 section 2.3.1 and RFC 8878 sections 3.1.1 and 3.1.2.
var (
	gzipMagic          = []byte{0x1f, 0x8b}
	zstdMagic          = []byte{0x28, 0xb5, 0x2f, 0xfd}
	zstdSkippableMagic = []byte{0x2a, 0x4d, 0x18} // after a byte from 0x50 to 0x5f
)

// decompress returns the tar archive inside an archive.
func decompress(archive *bufio.Reader) (plain io.ReadCloser, compression string, err error) {
	head, err := archive.Peek(4)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		plain, err = gzip.NewReader(archive)
		compression = "gzip"
	case bytes.Equal(head, zstdMagic), len(head) == 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:], zstdSkippableMagic):
		var decoder *zstd.Decoder
		if decoder, err = zstd.NewReader(archive); err == nil {
			plain = decoder.IOReadCloser()
		}
		compression = "zstd"
	default:
		return io.NopCloser(archive), "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading the %s-compressed tar archive: %w", compression, err)
	}
	return plain, compression, nil
}

// readTar reads a tar archive to its end, and the padding after it.
func readTar(r io.Reader) error {
	archive := tar.NewReader(r)
	for {
		if _, err := archive.Next(); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", h.Sum(nil))}
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// contextReader stops reading when the context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
