package fanout

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/store"
)

// scan finds the frames of stored items by reading them all.
func scan(ctx context.Context, s store.Store, key string) (*frames, error) {
	body, err := s.Get(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	list := &frames{}
	if err := list.scan(body); err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return list, nil
}

func (f *frames) scan(body io.Reader) error {
	in := &counter{r: bufio.NewReaderSize(body, bufferSize)}
	gz := new(gzip.Reader)
	buf := make([]byte, bufferSize)
	for {
		err := gz.Reset(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		gz.Multistream(false)
		lines, err := countLines(gz, buf)
		if err != nil {
			return err
		}
		if lines > 0 { // the frame of an empty list has none
			f.begin()
		}
		f.items += lines
		f.size = in.n
	}
}

func countLines(r io.Reader, buf []byte) (int, error) {
	lines := 0
	for {
		n, err := r.Read(buf)
		lines += bytes.Count(buf[:n], newline)
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// counter counts the bytes read from r. Because it is an io.ByteReader, gzip reads
// exactly to the end of a member.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// tail is more than the size of the last element of items.json.
const tail = 256

// countBatches gets the number of items from the end of a stored items.json. It
// reads the whole object, since only then has the store verified its checksum.
func countBatches(ctx context.Context, s store.Store, key string) (int, error) {
	body, err := s.Get(ctx, key, 0, -1)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	var end, chunk []byte = nil, make([]byte, 32<<10)
	for err == nil {
		var n int
		n, err = body.Read(chunk)
		end = append(end, chunk[:n]...)
		end = append(end[:0], end[max(0, len(end)-tail):]...)
	}
	if err != io.EOF {
		return 0, fmt.Errorf("reading %s: %w", key, err)
	}
	if string(end) == "[]" {
		return 0, nil
	}
	last := bytes.TrimSuffix(end[bytes.LastIndexByte(end, '{')+1:], []byte("]"))
	var b envelope.Batch
	if err := json.Unmarshal(append([]byte("{"), last...), &b); err != nil || b.Count < 1 {
		return 0, fmt.Errorf("reading %s: it does not end in a batch", key)
	}
	return b.Index + b.Count, nil
}
