//go:build !linux

package launch

import "syscall"

func dup2(from, to int) error { return syscall.Dup2(from, to) }

func endWithParent() *syscall.SysProcAttr { return nil }
