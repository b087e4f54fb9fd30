package fanout

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/store"
)

// ReadBatch reads the items of one child with one ranged read. It returns nothing
// before the checksums of all frames are verified.
func ReadBatch(ctx context.Context, s store.Store, key string, b envelope.Batch) ([][]byte, error) {
	items, err := lines(ctx, s, key, b.Offset, b.Length, b.Skip, b.Count)
	if err != nil {
		return nil, fmt.Errorf("reading items %d to %d of %s: %w", b.Index, b.Index+b.Count-1, key, err)
	}
	return items, nil
}

// ReadLines reads all values of an object. It returns nothing before the checksum is
// verified.
func ReadLines(ctx context.Context, s store.Store, key string) ([][]byte, error) {
	values, err := lines(ctx, s, key, 0, -1, 0, -1)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return values, nil
}

// WriteLines stores the values as one object. The error Is store.ErrExists if the
// object exists.
func WriteLines(ctx context.Context, s store.Store, key string, values [][]byte) error {
	size := 0
	for _, v := range values {
		if err := checkLine(v); err != nil {
			return fmt.Errorf("storing %s: %w", key, err)
		}
		size += len(v) + 1
	}
	write := func(w io.Writer) error {
		gz := codec.Compress(w)
		for _, v := range values {
			if _, err := gz.Write(v); err != nil {
				return err
			}
			if _, err := gz.Write(newline); err != nil {
				return err
			}
		}
		return gz.Close()
	}
	// A pipe between two goroutines costs more than compressing a small value.
	if size > 4*bufferSize {
		return stream(ctx, s, key, write)
	}
	var body bytes.Buffer
	if err := write(&body); err != nil {
		return fmt.Errorf("compressing %s: %w", key, err)
	}
	return s.Put(ctx, key, bytes.NewReader(body.Bytes()))
}

var newline = []byte{'\n'}

// checkLine refuses a value that is not a single line. The codec never writes one, but
// other JSON may have line breaks.
func checkLine(value []byte) error {
	if len(value) == 0 || bytes.IndexByte(value, '\n') >= 0 {
		return errors.New("a value must be JSON on one line")
	}
	return nil
}

// lines reads n lines after skipping some; n < 0 means all.
func lines(ctx context.Context, s store.Store, key string, off, length int64, skip, n int) ([][]byte, error) {
	body, err := s.Get(ctx, key, off, length)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	gz, err := codec.Decompress(body, MaxObject)
	if err != nil {
		return nil, err
	}
	defer gz.Close()
	return split(gz, skip, n)
}

func split(r io.Reader, skip, n int) ([][]byte, error) {
	in := bufio.NewReader(r)
	if left, err := skipLines(in, skip); err != nil {
		return nil, tooFew(skip-left, skip+n, err)
	}
	var got [][]byte
	for n < 0 || len(got) < n {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 && n < 0 {
			return got, nil
		}
		if err != nil {
			return nil, tooFew(skip+len(got), skip+n, err)
		}
		got = append(got, line[:len(line)-1])
	}
	_, err := io.Copy(io.Discard, in) // the checksum is at the end
	return got, err
}

// skipLines skips n lines of any length, and returns how many it could not find. Most
// of what the child of a small batch reads are lines of others, so it counts line
// breaks instead of reading line by line.
func skipLines(in *bufio.Reader, n int) (left int, err error) {
	for n > 0 {
		if _, err := in.Peek(1); err != nil {
			return n, err
		}
		ready, _ := in.Peek(in.Buffered())
		size := len(ready)
		if lines := bytes.Count(ready, newline); lines < n {
			n -= lines
		} else {
			for size = 0; n > 0; n-- {
				size += bytes.IndexByte(ready[size:], '\n') + 1
			}
		}
		if _, err := in.Discard(size); err != nil {
			return n, err
		}
	}
	return 0, nil
}

// tooFew returns the error for an object that ended before all of its lines.
func tooFew(found, want int, err error) error {
	if err != io.EOF {
		return err
	}
	return fmt.Errorf("after %d of %d lines: %w", found, want, io.ErrUnexpectedEOF)
}
