package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// suite is the Debian release with a Bazel that has bzlmod (7.7.1). Its
// packages go into a private root: installing them on an older Debian would
// break it.
const suite = "forky"

// packages are Bazel and the Bazel modules that Debian has.
var packages = []string{
	"bazel-bootstrap", "bazel-skylib", "bazel-features", "bazel-platforms",
	"bazel-rules-cc", "bazel-rules-java", "bazel-rules-license",
	"bazel-rules-proto", "bazel-rules-python", "bazel-rules-shell", "bazel-stardoc",
	"ca-certificates", "git",
}

// systemRC is the root's Bazel configuration. It keeps the part of Debian's that
// Bazel needs to find its own files; the rest is for building Debian's packages.
const systemRC = `startup --install_base=/usr/share/bazel
startup --trust_install_base
`

// ensureRoot returns the private root's folder, and creates it if missing.
func ensureRoot(ctx context.Context, cache string) (string, error) {
	root := filepath.Join(cache, "root-"+suite)
	err := once(ctx, root, func(ctx context.Context, tmp string) error {
		if err := canMakeRoot(); err != nil {
			return err
		}
		start := time.Now()
		fmt.Fprintf(os.Stderr, "tools/bazel: no bazel here: setting one up from Debian %s in %s (once; 1.4 GB, a minute or two)\n", suite, root)
		mirror, err := prepareApt(ctx)
		if err != nil {
			return err
		}
		if err := fillRoot(ctx, tmp, mirror); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "tools/bazel: Bazel is ready after %d s\n", int(time.Since(start).Seconds()))
		return nil
	})
	return root, err
}

// canMakeRoot reports early, in one message, what this machine lacks.
func canMakeRoot() error {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return withHint(errors.New("no bazel here, and none can be set up, as this is not a Debian machine (it has no apt-get)"),
			"install bazelisk, or a bazel of version 7.7 or newer, and put it on the PATH")
	}
	if os.Geteuid() != 0 {
		return withHint(errors.New("no bazel here, and setting one up needs root (for mounts and package installation)"),
			"run tools/bazel as root once, or install bazelisk or a bazel of version 7.7 or newer")
	}
	return nil
}

// prepareApt installs the tool that makes Debian roots, if needed, and returns
// apt's mirror.
func prepareApt(ctx context.Context) (mirror string, err error) {
	if _, err := exec.LookPath("mmdebstrap"); err != nil {
		step("installing mmdebstrap")
		if err := quiet(ctx, "apt-get", "update"); err != nil {
			return "", noNetwork(fmt.Errorf("updating apt's package lists: %w", err))
		}
		if err := quiet(ctx, "apt-get", "install", "-y", "--no-install-recommends", "mmdebstrap"); err != nil {
			return "", noNetwork(fmt.Errorf("installing mmdebstrap: %w", err))
		}
	}
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE) $(RELEASE)", "Created-By: Packages").Output()
	if err != nil {
		return "", fmt.Errorf("asking apt for its mirror: %w", err)
	}
	if mirror = firstMirror(string(out)); mirror == "" {
		return "", withHint(errors.New("apt has no Debian mirror configured"), "see /etc/apt/sources.list.d")
	}
	return mirror, nil
}

// firstMirror picks the main archive's address from apt's list of index
// targets, lines of "address suite release". It skips security and third-party
// archives, which don't have the suite.
func firstMirror(targets string) string {
	for line := range strings.Lines(targets) {
		f := strings.Fields(line)
		if len(f) >= 2 && strings.HasSuffix(strings.TrimRight(f[0], "/"), "/debian") && !strings.Contains(f[1], "security") {
			return f[0]
		}
	}
	return ""
}

// fillRoot makes the Debian root in dir and shows its progress.
func fillRoot(ctx context.Context, dir, mirror string) error {
	logPath := dir + ".log"
	log, err := os.Create(logPath)
	if err != nil {
		return fmt.Errorf("making the set-up's log: %w", err)
	}
	defer log.Close()

	args := []string{
		"--mode=root", "--variant=apt",
		"--include=" + strings.Join(packages, ","),
		// A mirror may be older than its release file is valid.
		`--aptopt=Acquire::Check-Valid-Until "false"`,
		`--aptopt=APT::Install-Recommends "false"`,
	}
	if _, err := os.Stat("/usr/share/keyrings/debian-archive-keyring.gpg"); err == nil {
		args = append(args, "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg")
	}
	args = append(args, suite, dir, "deb "+mirror+" "+suite+" main")
	cmd := exec.CommandContext(ctx, "mmdebstrap", args...)
	// It runs in its own namespaces, so that its mounts stay private and it ends
	// with all its children when this process does, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:   syscall.CLONE_NEWPID,
		Unshareflags: syscall.CLONE_NEWNS,
		Setpgid:      true, // a Ctrl-C reaches it through this process
		Pdeathsig:    syscall.SIGKILL,
	}
	runtime.LockOSThread() // the kernel treats the end of the starting thread as the end of this process
	defer runtime.UnlockOSThread()
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	cmd.Stdout = log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting mmdebstrap: %w", err)
	}
	showProgress(io.TeeReader(out, log))
	if err := cmd.Wait(); err != nil {
		return noNetwork(fmt.Errorf("making a Debian root: %w; its log is %s and ends with:\n%s", err, logPath, tail(logPath, 5)))
	}
	if _, err := os.Stat(filepath.Join(dir, "usr/bin/bazel")); err != nil {
		return fmt.Errorf("the Debian root has no bazel: %w; the log is %s", err, logPath)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc/bazel/bazelrc"), []byte(systemRC), 0o644); err != nil {
		return fmt.Errorf("configuring the root's Bazel: %w", err)
	}
	return nil
}

// showProgress prints mmdebstrap's stages ("I: downloading packages with
// apt...") as they come.
func showProgress(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if stage, ok := strings.CutPrefix(lines.Text(), "I: "); ok && strings.HasSuffix(stage, "...") && !strings.Contains(stage, "signal") {
			step(strings.TrimSuffix(stage, "..."))
		}
	}
	io.Copy(io.Discard, r) // a line too long for the scanner must not block the writer
}

// step prints one line of progress.
func step(what string) { fmt.Fprintln(os.Stderr, "tools/bazel:  ", what) }

// quiet runs a command and shows its output only if it fails.
func quiet(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func noNetwork(err error) error {
	return withHint(err, "this set-up needs Debian's package mirror: check the network and apt's sources, then call again")
}

// tail returns the file's last n lines.
func tail(path string, n int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
