package interpreter

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how many bytes a spool keeps in memory.
const spoolMemory = 1 << 20

// spool keeps bytes until they are read: in memory, or in a temporary file if
// there are many.
type spool struct {
	memory bytes.Buffer
	file   *os.File
	size   int64
}

func (s *spool) Write(b []byte) (int, error) {
	s.size += int64(len(b))
	if s.file == nil && s.memory.Len()+len(b) <= spoolMemory {
		return s.memory.Write(b)
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "asl-*")
		if err != nil {
			return 0, fmt.Errorf("making a temporary file: %w", err)
		}
		s.file = file
		if err := os.Remove(file.Name()); err != nil { // the file lives until it is closed
			return 0, fmt.Errorf("hiding a temporary file: %w", err)
		}
	}
	s.memory.Write(b)
	if s.memory.Len() < 64<<10 {
		return len(b), nil
	}
	return len(b), s.flush()
}

func (s *spool) flush() error {
	if _, err := s.file.Write(s.memory.Bytes()); err != nil {
		return fmt.Errorf("writing a temporary file: %w", err)
	}
	s.memory.Reset()
	return nil
}

// reader reads what was written, from the beginning.
func (s *spool) reader() (io.ReadSeeker, error) {
	if s.file == nil {
		return bytes.NewReader(s.memory.Bytes()), nil
	}
	if err := s.flush(); err != nil {
		return nil, err
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return s.file, err
}

// close releases what the spool holds.
func (s *spool) close() {
	if s.file != nil {
		s.file.Close() // only read from here on, and already removed
	}
	s.memory = bytes.Buffer{}
}
