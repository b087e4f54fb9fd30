package inside

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// Variable tells a program that it was started to make a sandbox: it holds a
// Spec, as JSON.
const Variable = "LOKKI_SANDBOX"

// exitCode is the exit code of a program whose sandbox couldn't be made.
const exitCode = 126

// Spec is a sandbox and the program to run in it.
type Spec struct {
	Root    string   `json:"root"` // what the program sees as /; "" changes nothing
	UID     int      `json:"uid"`  // its user and its group
	Tmp     int      `json:"tmp"`  // MB of /tmp
	Bare    bool     `json:"bare"` // no mounts: the program has no namespaces for them
	Dir     string   `json:"dir"`
	Command []string `json:"command"` // empty only tries whether a sandbox can be made
	Env     []string `json:"env"`
}

// init runs before main, and before most packages that the program links: packages
// are initialized in the order of their paths once their imports are. Initializing
// those packages would take most of a sandbox's start.
func init() {
	text := os.Getenv(Variable)
	if text == "" {
		return
	}
	var s Spec
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		if err = s.become(); err == nil {
			os.Exit(0)
		}
	}
	fmt.Fprintf(os.Stderr, "making the sandbox: %v\n", err)
	os.Exit(exitCode)
}

// become mounts what the program sees, gives up root and executes the program.
// Without a command it only reports that it got this far, and returns when its
// input ends.
func (s Spec) become() error {
	runtime.LockOSThread() // prctl below affects the calling thread
	if !s.Bare {
		if err := s.mount(); err != nil {
			return err
		}
	}
	if s.Root != "" {
		if err := syscall.Chroot(s.Root); err != nil {
			return fmt.Errorf("changing the root to %s: %w", s.Root, err)
		}
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
		os.Stdout.WriteString(".")
		_, err := io.Copy(io.Discard, os.Stdin) // until the caller has looked at it
		return err
	}
	// Changing the user has cleared what confine had set.
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0); errno != 0 {
		return fmt.Errorf("binding its life to the parent's: %w", errno)
	}
	return fmt.Errorf("starting %s: %w", s.Command[0], syscall.Exec(s.Command[0], s.Command, s.Env))
}

// mount makes the root read-only, with a /tmp, a /proc and devices. All mounts
// go away with the namespace.
func (s Spec) mount() error {
	in := func(name string) string { return filepath.Join(s.Root, name) }
	type mount struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}
	all := []mount{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""}, // nothing propagates out
		{s.Root, s.Root, "", syscall.MS_BIND, ""},
		{"tmpfs", in("tmp"), "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV, "mode=1777,size=" + strconv.Itoa(s.Tmp) + "m"},
		{"proc", in("proc"), "proc", syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC, ""},
	}
	for _, name := range Devices {
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
