// Command launcher runs Bazel on a machine that can't reach the Bazel Central
// Registry. Only tools/bazel calls it.
//
// It prepares three things under the user's cache folder, each once, and each
// completely or not at all:
//
//   - a private Debian root with Bazel and the Bazel modules that Debian has;
//   - rules_go and gazelle, which come as Go modules;
//   - a local registry that leads to both, and to the stand-ins of this folder.
//
// Then it becomes Bazel: the machine's own with -bazel, or the private root's,
// in a new mount namespace.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	project := flag.String("project", "", "folder of lokki's sources, where airgap/ is")
	bazel := flag.String("bazel", "", "this machine's own bazel; empty for the private root's")
	prepare := flag.Bool("prepare", false, "prepare everything and print where it is, but run nothing")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *project, *bazel, *prepare, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tools/bazel: error:", err)
		var h *hinted
		if errors.As(err, &h) {
			fmt.Fprintln(os.Stderr, "tools/bazel: hint:", h.hint)
		}
		os.Exit(36) // Bazel's own code for a failure of the local environment
	}
}

// run prepares what is missing and then becomes Bazel, so it returns only on errors
// and after -prepare.
func run(ctx context.Context, project, bazel string, prepare bool, args []string) error {
	cacheRoot, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("finding the user's cache folder: %w", err)
	}
	cache := filepath.Join(cacheRoot, "lokki")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return fmt.Errorf("making the cache folder: %w", err)
	}

	root, modules, err := ensureModules(ctx, cache)
	if err != nil {
		return err
	}
	registry, err := ensureRegistry(ctx, cache, root, project, modules)
	if err != nil {
		return err
	}
	args, err = withRegistry(ctx, registry, bazel, args)
	if err != nil {
		return err
	}
	if prepare {
		fmt.Println("root:    ", root)
		fmt.Println("registry:", registry)
		return nil
	}
	if bazel != "" {
		return become(bazel, args)
	}
	if err := enter(root); err != nil {
		return fmt.Errorf("entering the private root %s: %w", root, err)
	}
	return become("/usr/bin/bazel", args)
}

// ensureModules prepares the root and, beside it, the modules that come as Go modules:
// unpacking Debian's packages keeps one processor busy. It returns the root's folder and
// those of the modules.
func ensureModules(ctx context.Context, cache string) (root string, modules map[string]string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fetched := make(chan error, 1)
	modules = map[string]string{}
	go func() {
		var err error
		for _, m := range goModules {
			if modules[m.name], err = m.ensure(ctx, cache); err != nil {
				break
			}
		}
		fetched <- err
	}()
	if root, err = ensureRoot(ctx, cache); err != nil {
		cancel()
		<-fetched // it has been interrupted: the root's error is the one to show
		return "", nil, err
	}
	return root, modules, <-fetched
}

// withRegistry adds the options that make Bazel use the registry in the folder.
func withRegistry(ctx context.Context, registry, bazel string, args []string) ([]string, error) {
	options := []string{"--bazelrc=" + filepath.Join(registry, bazelrc)}
	major := 7 // the private root's
	if bazel != "" {
		out, err := exec.CommandContext(ctx, bazel, "--version").Output()
		if err != nil {
			return nil, fmt.Errorf("asking %s for its version: %w", bazel, err)
		}
		if _, err := fmt.Sscanf(string(out), "bazel %d.", &major); err != nil {
			return nil, fmt.Errorf("%s --version says %q, which is not a version of Bazel", bazel, out)
		}
	}
	if major == 7 {
		options = append(options, "--bazelrc="+filepath.Join(registry, bazelrc7))
	}
	return append(options, args...), nil
}

// become replaces this process by the program.
func become(program string, args []string) error {
	err := syscall.Exec(program, append([]string{filepath.Base(program)}, args...), os.Environ())
	return fmt.Errorf("starting %s: %w", program, err)
}

// hinted is an error with a hint what to do about it.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// withHint adds a hint to an error.
func withHint(err error, hint string) error { return &hinted{err, hint} }
