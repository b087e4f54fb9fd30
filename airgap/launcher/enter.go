package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// own are the folders that the private root keeps for itself; every other
// top-level folder of the machine (home, tmp, the workspace's) is visible in it
// at the same path.
var own = []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "var", "boot", "lost+found"}

// shared are paths inside own folders that must be the machine's nevertheless:
// name resolution, users, the CA certificates, and local installations.
var shared = []string{
	"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/localtime",
	"/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local", "/var/tmp",
}

// enter moves this process, and so the program that it becomes, into the
// private root, in a new mount namespace. The caller must exec at once: only
// the calling thread is moved.
//
// It uses pivot_root, not chroot: in a chroot Bazel's client thinks that the
// server's working directory was deleted, and restarts the server for every
// command.
func enter(root string) error {
	cwd, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("finding the working directory: %w", err)
	}
	goroot, err := findGoroot()
	if err != nil {
		return err
	}

	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
		if errors.Is(err, syscall.EPERM) {
			return withHint(errors.New("making a mount namespace needs root"), "run tools/bazel as root, or install bazelisk or a bazel of version 7.7 or newer")
		}
		return fmt.Errorf("making a mount namespace: %w", err)
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts private: %w", err)
	}
	if err := bind(root, root); err != nil { // pivot_root needs a mount point
		return err
	}
	paths, err := visible(goroot)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := bindAt(root, path); err != nil {
			return err
		}
	}
	// The old root is mounted on top of the new one's /, then detached: no
	// folder is needed for it.
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := syscall.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := syscall.Unmount(".", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("detaching the old root: %w", err)
	}
	if err := os.Chdir(cwd); err != nil {
		return fmt.Errorf("going back to %s: %w", cwd, err)
	}
	return os.Setenv("PATH", filepath.Join(goroot, "bin")+":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
}

// visible lists the machine's paths that the private root shows too.
func visible(goroot string) ([]string, error) {
	top, err := os.ReadDir("/")
	if err != nil {
		return nil, fmt.Errorf("listing /: %w", err)
	}
	var paths []string
	for _, e := range top {
		if e.IsDir() && !slices.Contains(own, e.Name()) {
			paths = append(paths, "/"+e.Name())
		}
	}
	paths = append(paths, shared...)
	// Debian's own Go is in /usr/lib and /usr/share, which no other path of
	// this list covers.
	if strings.HasPrefix(goroot, "/usr/") && !strings.HasPrefix(goroot, "/usr/local/") {
		paths = append(paths, goroot, strings.Replace(goroot, "/usr/lib/", "/usr/share/", 1))
	}
	return slices.DeleteFunc(slices.Compact(paths), func(p string) bool { return !exists(p) }), nil
}

// bindAt shows the machine's path in the root, creating the mount point.
func bindAt(root, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	target := filepath.Join(root, path)
	if fi, err := os.Lstat(target); err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		if err := os.Remove(target); err != nil { // a link would lead out of the root
			return err
		}
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else {
		if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil && !exists(target) {
			err = os.WriteFile(target, nil, 0o644)
		}
	}
	if err != nil {
		return fmt.Errorf("making the mount point for %s: %w", path, err)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return bind(resolved, target)
}

func bind(from, to string) error {
	if err := syscall.Mount(from, to, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("showing %s in the private root: %w", from, err)
	}
	return nil
}

// findGoroot returns the folder of this machine's Go, which compiles the Go
// code: the private root has none.
func findGoroot() (string, error) {
	out, err := goCommand(context.Background(), "", "env", "GOROOT").Output()
	if err != nil {
		return "", withHint(fmt.Errorf("finding this machine's Go: %w", err), "install Go 1.26 or newer and put it on the PATH")
	}
	return strings.TrimSpace(string(out)), nil
}
