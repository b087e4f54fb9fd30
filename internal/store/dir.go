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

	"github.com/lokki-build/lokki/internal/store/objects"
)

// abandoned is the age at which an incomplete object can no longer be one that
// another process is writing: a run does not wait that long for a body.
const abandoned = 24 * time.Hour

// Dir is a Store in a directory: an object's key is its file's path. Objects
// survive a crash of the process and of the machine.
//
// File systems have limits that S3 does not have: most limit a part of a key to
// 255 bytes, "p" and "p/q" can't both be objects, and some do not distinguish
// "A" from "a".
type Dir struct {
	root     *os.Root // follows no link out of the directory
	readOnly error    // why nothing can be put
}

// NewDir returns the store in the directory folder, and creates the directory if
// it is missing. It removes incomplete files older than a day, which crashed
// processes left behind.
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
	if err := root.MkdirAll(objects.Incomplete, 0o755); errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return &Dir{root: root, readOnly: err}, nil // it can be read
	} else if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	entries, err := fs.ReadDir(root.FS(), objects.Incomplete)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > abandoned {
			// Another process may remove it first, which is fine.
			_ = root.Remove(path.Join(objects.Incomplete, e.Name()))
		}
	}
	return &Dir{root: root}, nil
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
	// If the object exists, the body need not be read.
	if _, err := d.root.Lstat(key); err == nil {
		return d.exists(key)
	}
	if d.readOnly != nil {
		return fmt.Errorf("the store can't be written: %w", d.readOnly)
	}
	temp := path.Join(objects.Incomplete, rand.Text())
	defer d.root.Remove(temp)
	if err := d.write(ctx, temp, body); err != nil {
		return err
	}
	if err := d.mkdir(path.Dir(key)); err != nil {
		return err
	}
	// Unlike a rename, a link never replaces an existing file.
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

// exists returns the error of a Put whose key exists. The writer of that object
// may have crashed before syncing it, but from now on the caller relies on it.
func (d *Dir) exists(key string) error {
	info, err := d.root.Lstat(key)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("it exists but is not a regular file: %s", info.Mode().Type())
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

// mkdir creates folder and its parents, and syncs their names.
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
			return nil // another Put created it first
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
	// ENOTDIR: a part of the path is itself an object.
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
