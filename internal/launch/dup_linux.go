package launch

import "syscall"

// dup2 doesn't exist on all architectures.
func dup2(from, to int) error { return syscall.Dup3(from, to, 0) }
