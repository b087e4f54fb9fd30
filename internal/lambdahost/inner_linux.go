package lambdahost

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// exitInner is the exit code of a program whose sandbox could not be made.
const exitInner = 126

// prepared is set by Main. Without it a program that is started again would not
// make a sandbox but do its own work, and start itself again.
var prepared bool

// Main has to be called first in the main function, or the TestMain, of a
// program that uses Sandbox.Tmp. It returns unless the program was started to
// make a sandbox.
func Main() {
	prepared = true
	spec := os.Getenv(inner)
	if spec == "" {
		return
	}
	var s innerSpec
	err := json.Unmarshal([]byte(spec), &s)
	if err == nil {
		if err = s.become(); err == nil {
			os.Exit(0)
		}
	}
	fmt.Fprintf(os.Stderr, "making the sandbox: %v\n", err)
	os.Exit(exitInner)
}

// become mounts what the program sees, gives up root and turns into the program.
// Without a command it returns instead: it was only a try.
func (s innerSpec) become() error {
	runtime.LockOSThread() // prctl below is about the thread that calls it
	if err := s.mount(); err != nil {
		return err
	}
	if err := syscall.Chroot(s.Root); err != nil {
		return fmt.Errorf("changing the root to %s: %w", s.Root, err)
	}
	if err := os.Chdir(s.Dir); err != nil {
		return err
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("leaving root's groups: %w", err)
	}
	if err := syscall.Setgid(s.UID); err != nil {
		return fmt.Errorf("changing the group: %w", err)
	}
	if err := syscall.Setuid(s.UID); err != nil {
		return fmt.Errorf("changing the user: %w", err)
	}
	if len(s.Command) == 0 {
		return nil
	}
	// Changing the user has cleared what confine had set.
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0); errno != 0 {
		return fmt.Errorf("binding its life to the parent's: %w", errno)
	}
	return fmt.Errorf("starting %s: %w", s.Command[0], syscall.Exec(s.Command[0], s.Command, s.Env))
}

// mount makes the root read-only, with a /tmp, a /proc and devices. All mounts
// go with the namespace.
func (s innerSpec) mount() error {
	in := func(name string) string { return filepath.Join(s.Root, name) }
	type mount struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}
	all := []mount{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""}, // nothing gets out
		{s.Root, s.Root, "", syscall.MS_BIND, ""},
		{"tmpfs", in("tmp"), "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV, "mode=1777,size=" + strconv.Itoa(s.Tmp) + "m"},
		{"proc", in("proc"), "proc", syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC, ""},
	}
	for _, name := range devices {
		all = append(all, mount{"/" + name, in(name), "", syscall.MS_BIND, ""})
	}
	all = append(all, mount{"", s.Root, "", syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY | syscall.MS_NOSUID, ""})
	for _, m := range all {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mounting %s: %w", m.target, err)
		}
	}
	return nil
}
