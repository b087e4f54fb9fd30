// Package launch runs a program that has a user's code in it as a second process,
// under the one that the user has started. So standard output can hold the result and
// nothing else, and the end of the program is seen, whatever that code does: the
// functions init of its packages, which run before any main function, writes to file
// descriptor 1, programs that it starts, os.Exit, a panic in a goroutine.
//
//   - [Run] is the first process: the launcher that Bazel builds, which has no code
//     of a user in it, or a main function that has begun and starts itself again.
//   - [Enter] is called by main in the second one. Its file descriptors 1 and 2 are
//     a file for what the user's code prints; the true ones have other numbers.
//
// A process more costs some 5 ms. Signals are passed on to the second one, and it
// doesn't outlive the first.
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
	Name string   // by which it is called, its first argument
	Args []string // the others
	Env  []string // as "KEY=value", on top of this process's
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

// envParent has the number of the first process, by which the second one knows
// that it is that.
const envParent = "LOKKI_PARENT"

// Run runs a program to its end and returns the exit code: its own, or 1 when it
// ended in another way than by [Process.Exit].
func Run(p Program) int {
	code, err := run(p)
	if err != nil {
		// What the program has printed last may be a part of a line.
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
	defer argsIn.Close() // by whose end the second process knows of this one's
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
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
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
	// It reads them once its packages are initialised, or never.
	go func() { _, _ = argsIn.Write(append(args, '\n')) }()
	reported := readReport(reportOut)
	_ = cmd.Wait() // told by ProcessState
	_ = reportOut.SetReadDeadline(time.Now().Add(reportTime))
	showRest(unread)
	r := <-reported
	if r.exited {
		return r.code, nil
	}
	return 0, errors.New(r.describe(cmd.ProcessState, p.Name))
}

// environment is the program's. Without a TZ of its own a Lambda's time.Local is UTC.
func environment(own []string) []string {
	env := append(os.Environ(), envParent+"="+strconv.Itoa(os.Getpid()))
	if !slices.ContainsFunc(own, func(v string) bool { return strings.HasPrefix(v, "TZ=") }) {
		env = append(env, "TZ=UTC")
	}
	return append(env, own...)
}

// openPrints opens a file without a name twice: to append what is printed, and to
// read it. A file, and no pipe, as nothing must wait for this process or the other to
// read it, and what the second one hasn't read when it ends is there for the first.
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

// showRest writes what was printed last: how a step ended the process, maybe. The
// place in the file is that of the second process too.
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
