package local

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// envInit is a folder with two FIFOs: the second process's init functions open
// "running", and wait for a byte in "goon".
const envInit = "LOKKI_TEST_INIT"

func init() {
	folder := os.Getenv(envInit)
	if folder == "" || os.Getenv("LOKKI_PARENT") == "" {
		return
	}
	os.Unsetenv(envInit) // only this process does that
	goon, err := os.OpenFile(filepath.Join(folder, "goon"), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	// Never closed, so that the test sees when the process ends.
	if _, err := os.OpenFile(filepath.Join(folder, "running"), os.O_WRONLY, 0); err != nil {
		panic(err)
	}
	if _, err := goon.Read(make([]byte, 1)); err != nil {
		panic(err)
	}
}

// TestKilledBeforeMain kills the first process while the second is still in its init
// functions, and is not noticed by anybody yet: the second must not take itself for
// the first, and run the flow without its arguments.
func TestKilledBeforeMain(t *testing.T) {
	p, folder := newPerson(t), t.TempDir()
	for _, name := range []string{"running", "goon"} {
		if err := syscall.Mkfifo(filepath.Join(folder, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd, _, _ := p.program(t.Context(), []string{envInit + "=" + folder}, "--store", p.folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running, err := os.Open(filepath.Join(folder, "running"))
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := ended(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	goon, err := os.OpenFile(filepath.Join(folder, "goon"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err == nil {
		_, err = goon.Write([]byte{1})
		err = errors.Join(err, goon.Close())
	}
	if err != nil && !errors.Is(err, syscall.ENXIO) && !errors.Is(err, syscall.EPIPE) { // nobody reads it any more
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, running); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if calls := p.calls(); len(calls) > 0 {
		t.Errorf("steps were called: %v", calls)
	}
}

// ended waits until a child process has ended, and leaves it a zombie.
func ended(pid int) error {
	const byPID = 1
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, byPID, uintptr(pid), 0, syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno == 0 {
			return nil
		}
		if errno != syscall.EINTR {
			return errno
		}
	}
}
