package lambdahost

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// confine sets how the process is separated from this one. It always dies
// with this process.
func confine(cmd *exec.Cmd, s *Sandbox) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if s == nil {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("running in a sandbox: only root can")
	}
	uid := uint32(defaultUID)
	if s.UID != 0 {
		uid = uint32(s.UID)
	}
	cmd.SysProcAttr.Chroot = s.Root
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
	if cmd.Dir == "" {
		cmd.Dir = "/"
	}
	return nil
}
