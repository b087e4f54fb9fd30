package codec

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// ErrTooLarge is the error of a reader that exceeds its limit; match it with
// errors.Is.
var ErrTooLarge = errors.New("the data is too large")

// level 1 takes half the time of level 6 on JSON, and the result is a sixth
// larger: Lambda time costs more than short-lived storage.
const level = gzip.BestSpeed

// A new writer costs 0.5 to 0.9 ms and 0.8 MB, more than a small value takes.
var writers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, level)
	if err != nil {
		panic(err) // level is a constant in range
	}
	return w
}}

// Compress returns a writer that compresses to w as one gzip member, always the
// same bytes for the same sequence of writes. Close completes the member and does
// not close w.
func Compress(w io.Writer) io.WriteCloser { return newCompressor(w) }

func newCompressor(w io.Writer) *compressor {
	gz := writers.Get().(*gzip.Writer)
	gz.Reset(w)
	return &compressor{gz}
}

type compressor struct{ gz *gzip.Writer }

var errClosed = errors.New("writing to a closed gzip stream")

func (c *compressor) Write(p []byte) (int, error) {
	if c.gz == nil {
		return 0, errClosed
	}
	return c.gz.Write(p)
}

func (c *compressor) Close() error {
	if c.gz == nil {
		return nil
	}
	err := c.gz.Close()
	c.abandon()
	return err
}

// abandon drops the member without completing it.
func (c *compressor) abandon() {
	c.gz.Reset(nil) // the pool must not retain w
	writers.Put(c.gz)
	c.gz = nil
}

var readers = sync.Pool{New: func() any { return &source{buf: bufio.NewReader(nil)} }}

// source is what is reused from one stream to the next.
type source struct {
	buf *bufio.Reader
	gz  gzip.Reader
}

// Decompress returns a reader of the gzip data in r: one member or several in
// a row. After limit bytes it fails with an error that Is ErrTooLarge, so that a
// small object can't fill the memory. Every member's length and checksum are
// verified before io.EOF is returned; data read before that may be wrong. Close
// does not close r.
func Decompress(r io.Reader, limit int64) (io.ReadCloser, error) {
	src := readers.Get().(*source)
	src.buf.Reset(r)
	d := &decompressor{src: src, limit: limit, left: limit}
	if err := src.gz.Reset(src.buf); err != nil {
		d.Close()
		return nil, corrupted(err)
	}
	return d, nil
}

type decompressor struct {
	src         *source
	limit, left int64
}

func (d *decompressor) Read(p []byte) (int, error) {
	if d.src == nil {
		return 0, errors.New("reading from a closed gzip stream")
	}
	// Reading one byte more than allowed tells the end from an excess.
	if int64(len(p)) > d.left+1 {
		p = p[:d.left+1]
	}
	n, err := d.src.gz.Read(p)
	if int64(n) > d.left {
		n = int(d.left)
		err = fmt.Errorf("decompressing: %w: more than the %d bytes allowed", ErrTooLarge, d.limit)
	}
	d.left -= int64(n)
	if err != nil && err != io.EOF {
		err = corrupted(err)
	}
	return n, err
}

func (d *decompressor) Close() error {
	if d.src != nil {
		d.src.buf.Reset(nil)
		readers.Put(d.src)
		d.src = nil
	}
	return nil
}

// corrupted rephrases an error of the gzip reader. An end inside a member must not
// look like the end of the data.
func corrupted(err error) error {
	switch {
	case errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, io.EOF):
		return fmt.Errorf("decompressing: the data is truncated: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("decompressing: %w", err)
}
