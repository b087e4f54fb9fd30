package packed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

const lockName = "run.lock"

// ErrLocked is the error of a run that another process is running; match it
// with errors.Is.
var ErrLocked = errors.New("another process is running it")

// Lock makes this process the only one that stores values of a run, until the store
// is closed or the process ends, in any way. run is the run's folder, as in
// "lokki/birds-flow/20261124-153012".
func (d *Dir) Lock(run string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	folder := filepath.Join(d.folder, filepath.FromSlash(run))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("locking the run: %w", err)
	}
	path := filepath.Join(folder, lockName)
	lock := flock.New(path, flock.SetPermissions(0o644))
	got, err := lock.TryLock()
	if err != nil {
		return fmt.Errorf("locking the run: %w", err)
	}
	if !got {
		holder, _ := os.ReadFile(path) // without it the error says less
		return fmt.Errorf("%s: %w\nhint: wait for it, or end it; %s is held by process %s",
			filepath.Base(folder), ErrLocked, path, strings.TrimSpace(string(holder)))
	}
	d.locks = append(d.locks, lock)
	if err := os.WriteFile(path, fmt.Appendln(nil, os.Getpid()), 0o644); err != nil {
		return fmt.Errorf("locking the run: %w", err)
	}
	// If it was opened earlier for reading, it doesn't know what others appended, and can't append.
	if p := d.packs[run]; p != nil {
		if err := p.close(); err != nil {
			return err
		}
		delete(d.packs, run)
	}
	p, err := createPack(filepath.Join(folder, packName))
	if err != nil {
		return err
	}
	d.packs[run] = p
	return nil
}
