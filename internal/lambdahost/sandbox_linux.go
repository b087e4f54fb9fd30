package lambdahost

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/lokki-build/lokki/internal/lambdahost/inside"
)

// namespaces are what a sandboxed program has for itself.
const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS

// confine sets how the process is separated from this one. It always dies with
// this process, and signals of a terminal don't reach it.
func confine(cmd *exec.Cmd, s *Sandbox) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if s == nil {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("running in a sandbox: only root can")
	}
	cmd.SysProcAttr.Cloneflags = namespaces
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	if s.Tmp > 0 {
		return startInside(cmd, s)
	}
	cmd.SysProcAttr.Chroot = s.Root
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(s.uid()), Gid: uint32(s.uid())}
	return nil
}

// kill ends a confined process and, as its process group, those that it has started.
func kill(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL) // fails only if all have ended
}

// startInside lets the command begin as this very program, in the new
// namespaces and as root, so that it can make its mounts (see package inside).
func startInside(cmd *exec.Cmd, s *Sandbox) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("running in a sandbox: %w", err)
	}
	spec, err := json.Marshal(inside.Spec{Root: s.Root, UID: s.uid(), Tmp: s.Tmp, Dir: cmd.Dir, Command: cmd.Args, Env: cmd.Environ()})
	if err != nil {
		return fmt.Errorf("running in a sandbox: %w", err)
	}
	cmd.Path, cmd.Args, cmd.Dir = self, []string{self}, "/"
	cmd.Env = []string{inside.Variable + "=" + string(spec)}
	return nil
}

// CanSandbox reports whether this process may make sandboxes with mounts of their
// own. Root of a container, or of another sandbox, may not: so it is tried.
var CanSandbox = sync.OnceValue(func() bool {
	if os.Geteuid() != 0 {
		return false
	}
	folder, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		return false
	}
	defer os.RemoveAll(folder)
	root, err := os.OpenRoot(folder)
	if err != nil {
		return false
	}
	defer root.Close()
	cmd := &exec.Cmd{}
	if addMountPoints(root) != nil || confine(cmd, &Sandbox{Root: folder, Tmp: 1}) != nil {
		return false
	}
	return cmd.Run() == nil
})
