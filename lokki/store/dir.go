package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"

	"github.com/lokki-build/lokki/lokki/store/internal/objects"
)

// abandoned is the age from which an incomplete object can't be one that
// another process is still writing: a run does not wait that long for a body.
const abandoned = 24 * time.Hour

// Dir is a Store in a directory: an object's key is its file's path. What was
// put survives a crash of the process and of the machine.
//
// The file system sets limits that S3 does not have: a part of a key has at
// most 255 bytes on most, "p" and "p/q" can't both be objects, and some do not
// tell "A" from "a".
type Dir struct {
	root *os.Root // resolves no link that leads out of the directory
}

// NewDir returns the store in the directory folder and makes the directory if
// there is none. It takes away what crashed processes left half written more
// than a day ago.
func NewDir(folder string) (*Dir, error) {
	d, err := openDir(folder)
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", folder, err)
	}
	return d, nil
}

func openDir(folder string) (*Dir, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	if err := root.MkdirAll(objects.Incomplete, 0o755); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	entries, err := fs.ReadDir(root.FS(), objects.Incomplete)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > abandoned {
			// Another process may be first: gone is gone.
			_ = root.Remove(path.Join(objects.Incomplete, e.Name()))
		}
	}
	return &Dir{root}, nil
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, key string, body io.Reader) error {
	if err := objects.CheckKey(key); err != nil {
		return objects.Failed("storing", key, err)
	}
	if err := d.put(ctx, key, body); err != nil {
		return objects.Failed("storing", key, err)
	}
	return nil
}

func (d *Dir) put(ctx context.Context, key string, body io.Reader) error {
	// Known beforehand, the body need not be read.
	if _, err := d.root.Lstat(key); err == nil {
		return d.exists(key)
	}
	temp := path.Join(objects.Incomplete, rand.Text())
	defer d.root.Remove(temp)
	if err := d.write(ctx, temp, body); err != nil {
		return err
	}
	if err := d.mkdir(path.Dir(key)); err != nil {
		return err
	}
	// Unlike a rename, a link never replaces what is there.
	err := d.root.Link(temp, key)
	switch {
	case errors.Is(err, fs.ErrExist):
		return d.exists(key)
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EPERM):
		return fmt.Errorf("%w\nhint: the store needs a file system with hard links", err)
	case err != nil:
		return err
	}
	return d.sync(path.Dir(key))
}

// exists answers a Put that found its key taken. Who wrote the object may have
// crashed before it was safe; the caller relies on it from now on.
func (d *Dir) exists(key string) error {
	info, err := d.root.Lstat(key)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s lies there already, which is no object", info.Mode().Type())
	}
	if err := d.sync(path.Dir(key)); err != nil {
		return err
	}
	return ErrExists
}

func (d *Dir) write(ctx context.Context, name string, body io.Reader) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, objects.Reader{Ctx: ctx, R: body})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// mkdir makes folder and its parents, and makes their names safe.
func (d *Dir) mkdir(folder string) error {
	info, err := d.root.Stat(folder)
	if err == nil && info.IsDir() {
		return nil
	}
	if parent := path.Dir(folder); parent != folder {
		if err := d.mkdir(parent); err != nil {
			return err
		}
	}
	if err := d.root.Mkdir(folder, 0o755); err != nil {
		if info, statErr := d.root.Stat(folder); statErr == nil && info.IsDir() {
			return nil // another Put was first
		}
		return err
	}
	return d.sync(path.Dir(folder))
}

// sync makes the names in folder survive a crash of the machine.
func (d *Dir) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Get implements Store.
func (d *Dir) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if err := objects.CheckRange(off); err != nil {
		return nil, objects.Failed("reading", key, err)
	}
	f, size, err := d.open(ctx, key)
	if err != nil {
		return nil, objects.Failed("reading", key, err)
	}
	if _, err := f.Seek(min(off, size), io.SeekStart); err != nil {
		f.Close()
		return nil, objects.Failed("reading", key, err)
	}
	var r io.Reader = f
	if n >= 0 {
		r = io.LimitReader(f, n)
	}
	return struct {
		io.Reader
		io.Closer
	}{objects.Reader{Ctx: ctx, R: r}, f}, nil
}

// Size implements Store.
func (d *Dir) Size(ctx context.Context, key string) (int64, error) {
	f, size, err := d.open(ctx, key)
	if err != nil {
		return 0, objects.Failed("finding", key, err)
	}
	return size, f.Close()
}

func (d *Dir) open(ctx context.Context, key string) (*os.File, int64, error) {
	if err := objects.CheckKey(key); err != nil {
		return nil, 0, err
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	f, err := d.root.Open(key)
	// ENOTDIR: a part of the path is an object itself.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = ErrNotFound
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}
