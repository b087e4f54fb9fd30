package fanout

import (
	"bytes"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/codec"
)

// framer writes lines in frames and records where each frame begins.
type framer struct {
	to     io.Writer
	plain  []byte       // lines of the open frame
	packed bytes.Buffer // the compressed frame
	frames frames
}

// add appends one line. A line that would make the open frame too large starts the
// next one, so that small items never share a frame with a huge one.
func (f *framer) add(line []byte) error {
	if err := checkLine(line); err != nil {
		return fmt.Errorf("item %d: %w", f.frames.items, err)
	}
	if len(f.plain) > 0 && len(f.plain)+len(line)+1 > FrameSize {
		if err := f.flush(); err != nil {
			return err
		}
	}
	if len(f.plain) == 0 {
		f.frames.begin()
	}
	f.plain = append(append(f.plain, line...), '\n')
	f.frames.items++
	return nil
}

// flush writes the open frame as one gzip member.
func (f *framer) flush() error {
	f.packed.Reset()
	gz := codec.Compress(&f.packed)
	if _, err := gz.Write(f.plain); err != nil {
		return fmt.Errorf("compressing a frame: %w", err)
	}
	if err := gz.Close(); err != nil {
		return fmt.Errorf("compressing a frame: %w", err)
	}
	f.plain = f.plain[:0]
	if cap(f.plain) > 4*FrameSize { // don't retain the memory of a huge item
		f.plain = nil
	}
	f.frames.size += int64(f.packed.Len())
	_, err := f.to.Write(f.packed.Bytes())
	return err
}

// close writes the last frame. Without items it writes one empty frame, because an
// empty object would not be valid gzip.
func (f *framer) close() error {
	if len(f.plain) > 0 || f.frames.items == 0 {
		return f.flush()
	}
	return nil
}
