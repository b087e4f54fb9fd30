// Package runs stores what a local run keeps so that a later run can resume it:
// its values and its record. It decides what a resumed run can reuse.
package runs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/packed"
	"github.com/lokki-build/lokki/internal/store"
)

// defaultPrefix is also the prefix on AWS, unless lokki.yml sets another.
const defaultPrefix = "lokki"

const recordName = "run.json"

// storage is where runs live: a directory, or a prefix of a bucket.
type storage struct {
	spec   string // as the user wrote it
	store  store.Store
	prefix string
	dir    *packed.Dir // nil for a bucket
	folder string      // of dir
}

// openStorage opens a directory, or with s3://bucket/prefix a bucket. A missing
// directory is made, unless a run in it is resumed.
func (c Config) openStorage() (*storage, error) {
	spec := c.Store
	rest, ok := strings.CutPrefix(spec, "s3://")
	if !ok {
		if _, err := os.Stat(spec); c.Resume != "" && errors.Is(err, os.ErrNotExist) {
			return nil, UsageError{fmt.Errorf("there is no directory %s to find a run in", spec)}
		}
		dir, err := packed.Open(spec)
		if err != nil {
			return nil, err
		}
		return &storage{spec: spec, store: dir, dir: dir, folder: spec, prefix: defaultPrefix}, nil
	}
	name, prefix, _ := strings.Cut(rest, "/")
	prefix = strings.TrimSuffix(prefix, "/")
	switch {
	case name == "":
		return nil, UsageError{fmt.Errorf("the store %s names no bucket: want s3://BUCKET or s3://BUCKET/PREFIX", spec)}
	case c.Bucket == nil:
		return nil, UsageError{fmt.Errorf("the store %s can't be opened: this program was built without S3\nhint: bazel run builds it with S3; in Go, import lokki/lokki/entrypoint/local", spec)}
	case prefix == "":
		prefix = defaultPrefix
	case !envelope.IsPrefix(prefix):
		return nil, UsageError{fmt.Errorf("the store %s has the prefix %q: want %s, separated by single slashes, without a leading dot",
			spec, prefix, envelope.RunCharacters)}
	}
	s, err := c.Bucket(name)
	if err != nil {
		return nil, fmt.Errorf("opening the store %s: %w", spec, err)
	}
	return &storage{spec: spec, store: s, prefix: prefix}, nil
}

// close makes sure that what was stored is on disk.
func (p *storage) close() error {
	if p.dir == nil {
		return nil
	}
	return p.dir.Close()
}

func (p *storage) keys(flow, run string) envelope.Keys {
	return envelope.Keys{Prefix: p.prefix, Flow: flow, Run: run}
}

func folderOf(k envelope.Keys) string { return k.Prefix + "/" + k.Flow + "/" + k.Run }

// lock keeps other processes from storing values of the run. A bucket has no
// locks: each object is written once, and a process that finds another one there
// stops.
func (p *storage) lock(k envelope.Keys) error {
	if p.dir == nil {
		return nil
	}
	if err := p.unlinked(k); err != nil {
		return err
	}
	err := p.dir.Lock(folderOf(k))
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		err = UsageError{fmt.Errorf("the store %s can't be written, and a run writes to it: %w\n"+
			"hint: --only and cat can read it; to resume a run, copy it to your own directory", p.spec, err)}
	}
	return err
}

// unlinked reports a run whose folder is a link: two ids could be the same run, and
// values must stay inside the directory.
func (p *storage) unlinked(k envelope.Keys) error {
	if p.dir == nil {
		return nil
	}
	folder := p.folder
	for part := range strings.SplitSeq(folderOf(k), "/") {
		folder = filepath.Join(folder, part)
		target, err := os.Readlink(folder)
		if err == nil {
			return UsageError{fmt.Errorf("%s is a link to %s, which a store doesn't follow\n"+
				"hint: move the folder there, or let the directory of the store itself be a link", folder, target)}
		}
	}
	return nil
}

func (p *storage) read(ctx context.Context, key string) ([]byte, error) {
	body, err := p.store.Get(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

func (p *storage) record(ctx context.Context, k envelope.Keys) (Record, error) {
	if err := p.unlinked(k); err != nil {
		return Record{}, err
	}
	key := folderOf(k) + "/" + recordName
	data, err := p.read(ctx, key)
	if err != nil {
		return Record{}, err
	}
	r, err := decodeRecord(data)
	if err != nil {
		return Record{}, fmt.Errorf("reading %s: %w", key, err)
	}
	return r, nil
}

// putRecord stores the record, or returns an error that Is store.ErrExists.
func (p *storage) putRecord(ctx context.Context, k envelope.Keys, r Record) error {
	data, err := r.encode()
	if err != nil {
		return err
	}
	return p.store.Put(ctx, folderOf(k)+"/"+recordName, bytes.NewReader(data))
}

// lines returns the values of a call.
func (p *storage) lines(ctx context.Context, key string) ([][]byte, error) {
	if p.dir != nil {
		return p.dir.Lines(ctx, key)
	}
	return fanout.ReadLines(ctx, p.store, key)
}

// putLines stores the values of a call. It fails if another process has stored
// other values under the key.
func (p *storage) putLines(ctx context.Context, key string, values [][]byte) error {
	var err error
	if p.dir != nil {
		err = p.dir.PutLines(ctx, key, values)
	} else {
		err = fanout.WriteLines(ctx, p.store, key, values)
	}
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	// The put may have succeeded although its response was lost.
	stored, err := fanout.ReadLines(ctx, p.store, key)
	if err == nil && !bytes.Equal(bytes.Join(stored, []byte("\n")), bytes.Join(values, []byte("\n"))) {
		err = fmt.Errorf("%s already holds another value\nhint: is another process running this run? Stop one of them, and resume", key)
	}
	return err
}

// list returns the items of a list that a map takes next.
func (p *storage) list(ctx context.Context, at fanout.Keys, size int) ([][]byte, error) {
	if p.dir != nil {
		return p.dir.List(ctx, at, size)
	}
	if _, err := fanout.Resume(ctx, p.store, at, size); err != nil {
		return nil, err
	}
	return fanout.ReadLines(ctx, p.store, at.Items)
}

func (p *storage) putList(ctx context.Context, at fanout.Keys, size int, list [][]byte) error {
	if p.dir != nil {
		return p.dir.PutList(ctx, at, size, list)
	}
	n, err := fanout.Store(ctx, p.store, at, size, func(yield func([]byte, error) bool) {
		for _, item := range list {
			if !yield(item, nil) {
				return
			}
		}
	})
	if err == nil && n != len(list) {
		err = fmt.Errorf("%s already holds another list\nhint: is another process running this run? Stop one of them, and resume", at.Items)
	}
	return err
}

// lastName is the file that names the run of a flow that was started or resumed
// last.
const lastName = "last"

func (p *storage) lastFile(flow string) string {
	return filepath.Join(p.folder, filepath.FromSlash(p.prefix), flow, lastName)
}

// last returns the run that was started or resumed last.
func (p *storage) last(flow string) (string, error) {
	if p.dir == nil {
		return "", UsageError{errors.New("only a directory records which run is the last one\nhint: name the run")}
	}
	data, err := os.ReadFile(p.lastFile(flow))
	if errors.Is(err, os.ErrNotExist) {
		return "", UsageError{fmt.Errorf("%s has no run of %s yet", p.spec, flow)}
	}
	if err != nil {
		return "", fmt.Errorf("reading which run is the last one: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// setLast replaces the file atomically, so a kill leaves the old one or the new
// one.
func (p *storage) setLast(flow, run string) error {
	if p.dir == nil {
		return nil
	}
	name := p.lastFile(flow)
	f, err := os.CreateTemp(filepath.Dir(name), lastName+".*")
	if err != nil {
		return fmt.Errorf("noting the last run: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(run + "\n")
	err = errors.Join(err, f.Chmod(0o644)) // as the other files have
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("noting the last run: %w", err)
	}
	return nil
}
