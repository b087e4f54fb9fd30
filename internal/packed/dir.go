// Package packed keeps the values of local runs in a directory that is laid out
// like the bucket: the same keys with the same bytes. It is made for runs of
// millions of small values, for which a file each would take longer than the steps.
//
//	DIR/lokki/birds-flow/20261124-153012/outputs.pack         small values, one per line
//	DIR/lokki/birds-flow/20261124-153012/<key>                each larger value, as in the bucket
//	DIR/lokki/birds-flow/20261124-153012/run.lock             held by the process that runs it
//
// A line of a pack has the key and the value as JSON. The object that the bucket
// would hold is made from it on request: both come from [fanout], which makes the
// same bytes from the same values.
package packed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lokki-build/lokki/internal/store"
)

// runDepth is how many parts of a key name the run: prefix, flow and run id.
const runDepth = 3

// Dir is a store.Store in a directory. It must be closed.
//
// Only one process at a time may store values of a run; see [Dir.Lock].
type Dir struct {
	folder string
	files  *store.Dir

	mu    sync.RWMutex
	packs map[string]*pack // by the folder of the run
	locks []io.Closer
}

// Open returns the store in folder, and creates the folder if it is missing.
func Open(folder string) (*Dir, error) {
	folder, err := filepath.Abs(folder) // a step may change the working directory
	if err != nil {
		return nil, fmt.Errorf("opening the store: %w", err)
	}
	files, err := store.NewDir(folder)
	if err != nil {
		return nil, err
	}
	return &Dir{folder: folder, files: files, packs: map[string]*pack{}}, nil
}

// Close syncs what was stored, and unlocks the runs.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []error
	for _, p := range d.packs {
		all = append(all, p.close())
	}
	for _, l := range d.locks {
		all = append(all, l.Close())
	}
	d.packs, d.locks = map[string]*pack{}, nil
	return errors.Join(all...)
}

// Put implements store.Store. The object gets its own file.
func (d *Dir) Put(ctx context.Context, key string, body io.Reader) error {
	p, rest, err := d.pack(key)
	if err != nil {
		return fmt.Errorf("storing %s: %w", key, err)
	}
	if p != nil {
		switch _, err := p.find(recordKey(rest)); {
		case err == nil:
			return fmt.Errorf("storing %s: %w", key, store.ErrExists)
		case !errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("storing %s: %w", key, err)
		}
		// What the object was made from must be synced before the object.
		if err := p.sync(); err != nil {
			return fmt.Errorf("storing %s: %w", key, err)
		}
	}
	return d.files.Put(ctx, key, body)
}

// Get implements store.Store.
func (d *Dir) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	body, err := d.files.Get(ctx, key, off, n)
	if !errors.Is(err, store.ErrNotFound) {
		return body, err
	}
	object, err := d.unpack(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return object.Get(ctx, key, off, n)
}

// Size implements store.Store.
func (d *Dir) Size(ctx context.Context, key string) (int64, error) {
	size, err := d.files.Size(ctx, key)
	if !errors.Is(err, store.ErrNotFound) {
		return size, err
	}
	object, err := d.unpack(ctx, key)
	if err != nil {
		return 0, fmt.Errorf("finding %s: %w", key, err)
	}
	return object.Size(ctx, key)
}

// pack returns the pack of the run that a key belongs to, and the rest of the key;
// nil if the key belongs to none, or there is no such pack.
func (d *Dir) pack(key string) (*pack, string, error) {
	run, rest := split(key)
	if rest == "" {
		return nil, "", nil
	}
	d.mu.RLock()
	p := d.packs[run]
	d.mu.RUnlock()
	if p != nil {
		return p, rest, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.packs[run]; p != nil {
		return p, rest, nil
	}
	p, err := openPack(filepath.Join(d.folder, filepath.FromSlash(run), packName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, rest, nil
	}
	if err != nil {
		return nil, "", err
	}
	d.packs[run] = p
	return p, rest, nil
}

// writable returns the pack of a run for appending. It exists if the run is locked.
func (d *Dir) writable(key string) (*pack, string, error) {
	p, rest, err := d.pack(key)
	if p == nil && err == nil {
		err = errNotLocked
	}
	return p, rest, err
}

var errNotLocked = errors.New("the run is not locked")

// split cuts a key after the folder of its run; the rest is empty if there is none.
func split(key string) (run, rest string) {
	at := 0
	for range runDepth {
		n := strings.IndexByte(key[at:], '/')
		if n < 0 {
			return "", ""
		}
		at += n + 1
	}
	return key[:at-1], key[at:]
}

// unpack makes the object of a key whose values are in a pack.
func (d *Dir) unpack(ctx context.Context, key string) (store.Store, error) {
	p, rest, err := d.pack(key)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, store.ErrNotFound
	}
	return p.object(ctx, key, rest)
}

func hasBreak(value []byte) bool {
	return bytes.IndexByte(value, '\n') >= 0 || bytes.IndexByte(value, '\t') >= 0
}
