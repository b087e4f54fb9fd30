//go:build !linux

package lambdahost

import (
	"errors"
	"os"
	"os/exec"
)

func confine(_ *exec.Cmd, s *Sandbox) error {
	if s != nil {
		return errors.New("running in a sandbox needs Linux")
	}
	return nil
}

// kill ends a process.
func kill(p *os.Process) {
	_ = p.Kill() // fails only if it has ended
}

// mostConfined is Unconfined: there are no sandboxes here.
func mostConfined() Confinement { return Unconfined }
