// Package launch runs a program that contains a user's code as a second process, under
// the one that the user started. So standard output has only the result, and the end
// of the program is always observed, whatever that code does: init functions of its
// packages, which run before main, writes to file descriptor 1, programs that it
// starts, os.Exit, a panic in a goroutine.
//
//   - [Run] is the first process: the launcher that Bazel builds, which contains no
//     user's code, or a main function that starts itself again.
//   - [Enter] is called by main in the second process. Its file descriptors 1 and 2
//     are a file for what the user's code prints; the real ones have other numbers.
//
// The extra process costs about 5 ms. Signals are passed on to the second process,
// which doesn't outlive the first.
package launch

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lokki-build/lokki/internal/plaintext"
)

// Program is what to run.
type Program struct {
	Path string   // of the file
	Name string   // as which it is called, its first argument
	Args []string // the other arguments
	Env  []string // as "KEY=value", added to this process's
}

// The files of the second process after 0, 1 and 2.
const (
	fdStdin = 3 + iota
	fdStdout
	fdStderr
	fdArgs
	fdReport
	fdPrints
)

// envParent has the id of the first process, and tells the second that it is the
// second.
const envParent = "LOKKI_PARENT"

// Run runs a program to its end and returns the exit code: its own, or 1 if it did
// not end by [Process.Exit].
func Run(p Program) int {
	code, err := run(p)
	if err != nil {
		// The program's last output may be an incomplete line.
		fmt.Fprintf(os.Stderr, "\nerror: %s\n", plaintext.Escape(err.Error()))
		return 1
	}
	return code
}

func run(p Program) (int, error) {
	args, err := json.Marshal(p.Args)
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	defer null.Close()
	// From now on a signal doesn't end this process, which would leave a file behind.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
	prints, unread, err := openPrints()
	if err != nil {
		return 0, fmt.Errorf("starting %s: making a file for what it prints: %w\nhint: TMPDIR names the folder for it", p.Path, err)
	}
	defer prints.Close()
	defer unread.Close()
	argsOut, argsIn, err := os.Pipe()
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	defer argsIn.Close() // tells the second process when this one ends
	reportOut, reportIn, err := os.Pipe()
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	defer reportOut.Close()

	cmd := exec.Cmd{
		Path: p.Path, Args: []string{p.Name},
		Env:   environment(p.Env),
		Stdin: null, Stdout: prints, Stderr: prints,
		ExtraFiles: []*os.File{os.Stdin, os.Stdout, os.Stderr, argsOut, reportIn, unread},

		SysProcAttr: endWithParent(),
	}
	runtime.LockOSThread() // the second process ends with this thread
	defer runtime.UnlockOSThread()
	err = cmd.Start()
	argsOut.Close()
	reportIn.Close()
	if err != nil {
		return 0, fmt.Errorf("starting %s: %w", p.Path, err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // fails only if it has ended
		}
	}()
	// It reads them once its packages are initialized, or never.
	go func() { _, _ = argsIn.Write(append(args, '\n')) }()
	reported := readReport(reportOut)
	_ = cmd.Wait() // ProcessState has the outcome
	_ = reportOut.SetReadDeadline(time.Now().Add(reportTime))
	showRest(unread)
	r := <-reported
	if r.exited {
		return r.code, nil
	}
	return 0, errors.New(r.describe(cmd.ProcessState, p.Name))
}

// environment returns the program's environment. Unless TZ is set, a Lambda's time.Local is UTC.
func environment(own []string) []string {
	env := append(os.Environ(), envParent+"="+strconv.Itoa(os.Getpid()))
	if !slices.ContainsFunc(own, func(v string) bool { return strings.HasPrefix(v, "TZ=") }) {
		env = append(env, "TZ=UTC")
	}
	return append(env, own...)
}

// openPrints opens a file without a name twice: to append what is printed, and to
// read it. It is a file, not a pipe, so that writers never wait for a reader, and
// what the second process hasn't read when it ends is left for the first.
func openPrints() (write, read *os.File, err error) {
	f, err := os.CreateTemp("", "lokki-prints-")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if write, err = os.OpenFile(f.Name(), os.O_WRONLY|os.O_APPEND, 0); err != nil {
		return nil, nil, err
	}
	if read, err = os.Open(f.Name()); err != nil {
		write.Close()
		return nil, nil, err
	}
	return write, read, nil
}

// showRest writes what was printed last, which may say how a step ended the process.
// Both processes share the offset in the file.
func showRest(unread *os.File) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		_, _ = io.Copy(os.Stderr, unread)
		return
	}
	lines := bufio.NewReader(unread)
	for {
		line, err := lines.ReadString('\n')
		_, _ = io.WriteString(os.Stderr, plaintext.Escape(line))
		if err != nil {
			return
		}
	}
}
