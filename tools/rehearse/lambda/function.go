// Package lambda imitates AWS Lambda: it manages execution environments of a
// flow's functions, which run the binaries of their images, and passes
// invocations to them. The functions are real; only Lambda's control plane is
// imitated.
package lambda

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// Function is a Lambda function as its template declares it.
type Function struct {
	ARN              string
	Name             string
	Image            string            // folder of the image, an OCI layout with one image for this machine
	Env              map[string]string // its environment
	Memory           int               // MB
	Timeout          int               // seconds
	EphemeralStorage int               // MB of /tmp
}

// Enforced describes which of a function's limits this machine enforces.
func Enforced() string {
	switch lambdahost.Confine() {
	case lambdahost.OwnMounts:
		return "timeout, memory, the user, the read-only root and the size of /tmp are enforced; CPU time is not"
	case lambdahost.OwnRoot:
		return "timeout, memory, the user and the read-only root are enforced; the size of /tmp is not, and all environments share it: that needs the right to mount (CAP_SYS_ADMIN)"
	case lambdahost.OtherUser:
		return "timeout, memory and the user are enforced; the read-only root and the size of /tmp are not: that needs the rights to change the root (CAP_SYS_CHROOT) and to mount (CAP_SYS_ADMIN)"
	}
	if os.Geteuid() == 0 {
		return "timeout and memory are enforced; the user, the read-only root and the size of /tmp are not: steps run as root, because this root may not change to another user"
	}
	return "timeout and memory are enforced; the user, the read-only root and the size of /tmp are not, which needs root on Linux: steps run as you"
}

// unpack makes the function's image ready to run, in folder.
func (f Function) unpack(folder string) (*lambdahost.Image, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", f.Name, err)
	}
	image, err := lambdahost.Unpack(f.Image, folder)
	if err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", f.Name, err)
	}
	return image, nil
}

// config is the configuration for running the function's program.
func (f Function) config(image *lambdahost.Image, env []string) (lambdahost.Config, error) {
	if len(image.Command) == 0 {
		return lambdahost.Config{}, fmt.Errorf("running %s: the image in %s has no entry point\nhint: set the entry point of its base image", f.Name, f.Image)
	}
	all := slices.Concat(image.Env, env)
	for _, name := range slices.Sorted(maps.Keys(f.Env)) {
		all = append(all, name+"="+f.Env[name])
	}
	c := lambdahost.Config{
		Name:        f.Name,
		Command:     image.Command,
		Env:         all,
		Dir:         image.Dir,
		Memory:      f.Memory,
		LimitMemory: true,
		Timeout:     time.Duration(f.Timeout) * time.Second,
	}
	switch most := lambdahost.Confine(); most {
	case lambdahost.OwnMounts:
		c.Sandbox = &lambdahost.Sandbox{Root: image.Root, Tmp: f.EphemeralStorage}
	case lambdahost.OwnRoot:
		c.Sandbox = &lambdahost.Sandbox{Root: image.Root, Bare: true}
	default:
		c.Command = slices.Concat([]string{filepath.Join(image.Root, image.Command[0])}, image.Command[1:])
		c.Dir = filepath.Join(image.Root, image.Dir)
		if most == lambdahost.OtherUser {
			c.Sandbox = &lambdahost.Sandbox{Bare: true}
		}
	}
	return c, nil
}
