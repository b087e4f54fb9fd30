package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// once makes dir by calling fill with an empty folder beside it, which is
// renamed to dir when fill succeeds. So dir is complete or missing, even after
// a power failure, and the next call repairs what an interrupted one left.
// Concurrent callers wait for each other.
func once(ctx context.Context, dir string, fill func(ctx context.Context, tmp string) error) error {
	if exists(dir) {
		return nil
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if exists(dir) { // another call made it in the meantime
		return nil
	}
	tmp := dir + ".partial"
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("removing what an interrupted call left: %w", err)
	}
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return fmt.Errorf("making %s: %w", tmp, err)
	}
	if err := fill(ctx, tmp); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted; the next call starts this over: %w", ctx.Err())
		}
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		return fmt.Errorf("putting %s in place: %w", dir, err)
	}
	return nil
}

// lock waits for the file's lock. The kernel releases it when this process
// ends, however it ends.
func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		fmt.Fprintf(os.Stderr, "tools/bazel: waiting for another set-up to finish\n")
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			f.Close()
			return nil, fmt.Errorf("waiting for the lock %s: %w", path, err)
		}
	}
	return func() { f.Close() }, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
