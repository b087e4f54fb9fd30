package packed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

const packName = "outputs.pack"

// pack has the small values of one run. A record is in the file when append
// returns: it survives a kill of the process and, once sync has returned, a crash of
// the machine.
type pack struct {
	path string

	mu     sync.Mutex
	file   *os.File
	write  bool
	end    int64 // of the last complete record
	synced int64
	index  *index // of the records before known
	known  int64
	buf    []byte // of append
}

// openPack opens an existing pack for reading.
func openPack(path string) (*pack, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return newPack(f, path)
}

// createPack opens a pack for reading and appending, and creates it if it is missing.
// An incomplete record at the end, left by a killed process, is cut off.
func createPack(path string) (*pack, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	p, err := newPack(f, path)
	if err != nil {
		return nil, err
	}
	p.write = true
	p.end = p.known
	if err := p.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Close())
	}
	return p, nil
}

func newPack(f *os.File, path string) (*pack, error) {
	p := &pack{path: path, file: f, index: newIndex()}
	if err := p.scan(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// prepare truncates the file after the last complete record.
func (p *pack) prepare() error {
	if err := p.file.Truncate(p.end); err != nil {
		return err
	}
	if p.end > 0 {
		return nil
	}
	if _, err := p.file.WriteAt([]byte(header), 0); err != nil {
		return err
	}
	p.end, p.known = int64(len(header)), int64(len(header))
	if err := p.file.Sync(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(p.path))
}

// append writes a record.
func (p *pack) append(key string, split int, values [][]byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.write {
		return fmt.Errorf("writing %s: %w", p.path, errNotLocked)
	}
	p.buf = appendRecord(p.buf[:0], key, split, values)
	if _, err := p.file.WriteAt(p.buf, p.end); err != nil {
		// Remove the partial record, so that the next one replaces it.
		return errors.Join(fmt.Errorf("writing %s: %w", p.path, err), p.file.Truncate(p.end))
	}
	p.end += int64(len(p.buf))
	return nil
}

// sync makes all records survive a crash of the machine.
func (p *pack) sync() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.write || p.synced == p.end {
		return nil
	}
	if err := p.file.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", p.path, err)
	}
	p.synced = p.end
	return nil
}

func (p *pack) close() error {
	return errors.Join(p.sync(), p.file.Close())
}

// find returns the record of a key, or store.ErrNotFound.
func (p *pack) find(key string) (record, error) {
	if err := p.update(); err != nil {
		return record{}, err
	}
	return p.findKnown(key)
}

// update indexes what was written since the pack was opened, even by another
// process.
func (p *pack) update() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.write && p.known == p.end {
		return nil
	}
	return p.scan()
}

// findKnown is find without an update.
func (p *pack) findKnown(key string) (record, error) {
	p.mu.Lock()
	off, ok := p.index.find(key)
	p.mu.Unlock()
	if !ok {
		return record{}, store.ErrNotFound
	}
	return p.at(off, key)
}

// at reads the record of a key at an offset.
func (p *pack) at(off int64, key string) (record, error) {
	line, err := p.line(off)
	if err != nil {
		return record{}, fmt.Errorf("reading %s at byte %d: %w", p.path, off, err)
	}
	r, err := parseRecord(line)
	if err != nil || string(r.key) != key {
		return record{}, fmt.Errorf("reading %s at byte %d: %w", p.path, off, errRecord)
	}
	return r, nil
}

// line reads the line that begins at off.
func (p *pack) line(off int64) ([]byte, error) {
	for size := 512; ; size *= 8 {
		buf := make([]byte, size)
		n, err := p.file.ReadAt(buf, off)
		if end := bytes.IndexByte(buf[:n], '\n'); end >= 0 {
			return buf[:end], nil
		}
		if err != nil {
			return nil, err
		}
		if size > maxLine {
			return nil, errRecord
		}
	}
}

// scan adds records after the known ones to the index, up to the first that is
// incomplete.
func (p *pack) scan() error {
	in := bufio.NewReaderSize(io.NewSectionReader(p.file, p.known, 1<<62), maxLine)
	for {
		line, err := in.ReadSlice('\n')
		if err == io.EOF {
			return nil // the last record is incomplete
		}
		if err != nil && err != bufio.ErrBufferFull {
			return fmt.Errorf("reading %s: %w", p.path, err)
		}
		if p.known == 0 {
			if string(line) != header {
				return fmt.Errorf("reading %s: it does not begin with %q\nhint: it is from another version of lokki, or not a pack", p.path, strings.TrimSpace(header))
			}
			p.known = int64(len(line))
			continue
		}
		var r record
		if err == nil {
			r, err = parseRecord(line[:len(line)-1])
		}
		if err != nil {
			return p.damaged(in)
		}
		p.index.add(r.key, p.known)
		p.known += int64(len(line))
	}
}

// damaged distinguishes an incomplete record at the end of the pack from a record
// that was damaged later, which intact ones follow.
func (p *pack) damaged(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return fmt.Errorf("reading %s: %w", p.path, err)
		}
		if err != nil {
			continue
		}
		if _, err := parseRecord(line[:len(line)-1]); err == nil {
			return fmt.Errorf("reading %s: the record at byte %d is damaged, but intact ones follow it\n"+
				"hint: restore the file from a copy, or redo everything from there: truncate -s %[2]d %[1]s", p.path, p.known)
		}
	}
}

// recordKey returns the key of the record that an object is made from.
func recordKey(rest string) string {
	if list, ok := strings.CutSuffix(rest, batchesName); ok {
		return list + itemsName
	}
	return rest
}

// object makes what the bucket would hold under a key, in a separate store.
func (p *pack) object(ctx context.Context, key, rest string) (store.Store, error) {
	r, err := p.find(recordKey(rest))
	if err != nil {
		return nil, err
	}
	made := store.NewMemory()
	list, isList := strings.CutSuffix(recordKey(key), itemsName)
	if !isList {
		return made, fanout.WriteLines(ctx, made, key, r.all())
	}
	_, err = fanout.Store(ctx, made, fanout.Keys{Items: list + itemsName, Batches: list + batchesName}, r.split, each(r.all()))
	return made, err
}

func each(values [][]byte) func(func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// syncFolder makes the names in a folder survive a crash of the machine.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
