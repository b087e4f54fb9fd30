package launch

import "syscall"

// dup2 is not there on all architectures.
func dup2(from, to int) error { return syscall.Dup3(from, to, 0) }
