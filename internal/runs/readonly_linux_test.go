package runs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/runs"
)

// TestAReadOnlyStore can be read; whatever must write to it reports what is wrong.
func TestAReadOnlyStore(t *testing.T) {
	folder := t.TempDir()
	c := config()
	c.Store, c.Run = folder, "mine"
	run, err := runs.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(run.Put(t.Context(), engine.Call{}, [][]byte{[]byte(`"birds"`)}), run.Close(), os.RemoveAll(filepath.Join(folder, ".incomplete"))); err != nil {
		t.Fatal(err)
	}
	protect(t, folder)
	withoutOverride(t, func(ctx context.Context) {
		c := config()
		c.Store, c.Resume = folder, "mine"
		look, err := runs.OpenReadOnly(ctx, c)
		if err != nil {
			t.Errorf("looking: %v", err)
			return
		}
		defer look.Close()
		if _, input, err := look.Input(ctx, "join-birds", nil); err != nil || string(input) != `"birds"` {
			t.Errorf("the input is %s, %v", input, err)
		}
		for _, change := range []func(*runs.Config){func(*runs.Config) {}, func(c *runs.Config) { c.Resume, c.Run = "", "new" }, func(c *runs.Config) { c.Resume = "" }} {
			c := c
			change(&c)
			if _, err := runs.Open(ctx, c); !errors.As(err, new(runs.UsageError)) || !strings.Contains(err.Error(), "the store "+folder+" can't be written") {
				t.Errorf("resuming %q: %v", c.Resume, err)
			}
		}
	})
}

// protect makes a folder read-only, except for a root with all its rights.
func protect(t *testing.T, folder string) {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	for _, path := range all {
		info, err := os.Stat(path)
		if err == nil {
			err = os.Chmod(path, info.Mode().Perm()&^0o222|0o444)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, path := range all {
			_ = os.Chmod(path, 0o755) // so that it can be removed
		}
	})
}

// withoutOverride calls f without root's right to write to what its mode protects.
func withoutOverride(t *testing.T, f func(context.Context)) {
	t.Helper()
	done := make(chan bool)
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err := dropOverride(); err != nil {
			t.Error(err)
			return
		}
		f(t.Context())
	}()
	<-done
}

// dropOverride takes CAP_DAC_OVERRIDE from the thread's effective capabilities (capset(2)),
// in the root's namespace or in that of a sandbox.
func dropOverride() error {
	const version3, override = 0x20080522, 1
	header := struct{ version, pid uint32 }{version: version3}
	var sets [2]struct{ effective, permitted, inheritable uint32 }
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CAPGET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets)), 0); errno != 0 {
		return errno
	}
	sets[0].effective &^= 1 << override
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets)), 0); errno != 0 {
		return errno
	}
	return nil
}
