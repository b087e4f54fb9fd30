package launch

import "syscall"

// dup2 doesn't exist on all architectures.
func dup2(from, to int) error { return syscall.Dup3(from, to, 0) }

// endWithParent ends a process with the thread that started it. The second process
// notices the end of the first itself, but only once its init functions have run.
func endWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
