package lambdahost

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/lokki-build/lokki/internal/lambdahost/inside"
)

// namespaces are those that a sandboxed program has to itself.
const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS

// confine sets how the process is separated from this one. It always dies with
// this process, and a terminal's signals don't reach it.
func confine(cmd *exec.Cmd, s *Sandbox) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if s == nil {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("running in a sandbox needs root")
	}
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	if s.Bare {
		return startInside(cmd, s)
	}
	cmd.SysProcAttr.Cloneflags = namespaces
	if s.Tmp > 0 {
		return startInside(cmd, s)
	}
	cmd.SysProcAttr.Chroot = s.Root
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(s.uid()), Gid: uint32(s.uid())}
	return nil
}

// kill ends a confined process and the processes it has started, which share
// its process group.
func kill(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL) // fails only if all have ended
}

// startInside starts the command as this very program, in its namespaces and as
// root, so that it can make its mounts and give up root (see package inside).
func startInside(cmd *exec.Cmd, s *Sandbox) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("running in a sandbox: %w", err)
	}
	spec, err := json.Marshal(inside.Spec{Root: s.Root, UID: s.uid(), Tmp: s.Tmp, Bare: s.Bare, Dir: cmd.Dir, Command: cmd.Args, Env: cmd.Environ()})
	if err != nil {
		return fmt.Errorf("running in a sandbox: %w", err)
	}
	cmd.Path, cmd.Args, cmd.Dir = self, []string{self}, "/"
	cmd.Env = []string{inside.Variable + "=" + string(spec)}
	return nil
}

func mostConfined() Confinement {
	if os.Geteuid() != 0 {
		return Unconfined
	}
	folder, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		return Unconfined
	}
	defer os.RemoveAll(folder)
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Unconfined
	}
	defer root.Close()
	if addMountPoints(root) != nil {
		return Unconfined
	}
	switch {
	case canConfine(&Sandbox{Root: folder, Tmp: 1}):
		return OwnMounts
	case canConfine(&Sandbox{Root: folder, Bare: true}):
		return OwnRoot
	case canConfine(&Sandbox{Bare: true}) && reachable(os.TempDir()):
		return OtherUser
	}
	return Unconfined
}

// canConfine tries a sandbox, without a program. It must be one that can be killed:
// not everyone may kill another user's processes.
func canConfine(s *Sandbox) bool {
	cmd := &exec.Cmd{}
	if confine(cmd, s) != nil {
		return false
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return false
	}
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return false
	}
	_, err = out.Read(make([]byte, 1)) // it has started
	ok := err == nil && syscall.Kill(cmd.Process.Pid, 0) == nil
	in.Close()
	return cmd.Wait() == nil && ok
}

// reachable reports whether every user may look up files in a folder.
func reachable(folder string) bool {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(folder)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
		folder = filepath.Dir(folder)
	}
}
