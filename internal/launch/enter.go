package launch

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"

	"github.com/lokki-build/lokki/internal/plaintext"
)

// EnvOneProcess, set to anything, keeps the program in one process, for debuggers. Then
// the end of that process is not observed, and what init functions print comes first.
const EnvOneProcess = "LOKKI_ONE_PROCESS"

// Process is the program around the user's code.
type Process struct {
	Args                  []string // without the program's name
	Stdin, Stdout, Stderr *os.File // hidden from the user's code
	Prints                *Prints  // nil if output goes directly to standard error

	report *os.File // nil in one process
}

// Enter is called by main before anything else. In the process that the user
// started it does not return, but runs the program again and exits with its exit code.
//
// The user's code sees neither the program's arguments, which would break its own
// flags, nor its standard input.
func Enter() *Process { return entered() }

var entered = sync.OnceValue(func() *Process {
	parent, err := strconv.Atoi(os.Getenv(envParent))
	switch {
	case err == nil && parent == os.Getppid():
		return enter()
	case err == nil && (os.Getppid() == 1 || syscall.Kill(parent, 0) != nil): // the first process has already ended
		os.Exit(1)
	case os.Getenv(EnvOneProcess) != "":
		return enterAlone()
	}
	path, err := os.Executable()
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: finding this program: %v\n", err)
		os.Exit(1)
	}
	os.Exit(Run(Program{Path: path, Name: os.Args[0], Args: os.Args[1:]}))
	return nil
})

func enter() *Process {
	os.Unsetenv(envParent) // a program that a step starts may also use this package
	file := func(fd int, name string) *os.File {
		syscall.CloseOnExec(fd)
		return os.NewFile(uintptr(fd), name)
	}
	p := &Process{
		Stdin: file(fdStdin, "/dev/stdin"), Stdout: file(fdStdout, "/dev/stdout"), Stderr: file(fdStderr, "/dev/stderr"),
		report: file(fdReport, "report"),
	}
	p.Prints = &Prints{file: file(fdPrints, "prints"), stderr: p.Stderr}
	if err := debug.SetCrashOutput(p.report, debug.CrashOptions{}); err != nil {
		p.fail("recording crashes", err)
	}
	args := bufio.NewReader(file(fdArgs, "arguments"))
	line, err := args.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.Args)
	}
	if err != nil {
		p.fail("reading the arguments", err)
	}
	go func() {
		_, _ = args.ReadByte() // ends when the first process has ended
		os.Exit(1)
	}()
	return p
}

// enterAlone only separates the files.
func enterAlone() *Process {
	p := &Process{Args: os.Args[1:]}
	os.Args = os.Args[:1]
	for fd, to := range []**os.File{&p.Stdin, &p.Stdout, &p.Stderr} {
		own, err := syscall.Dup(fd)
		if err != nil {
			fmt.Fprintf(os.Stderr, "error: separating the files: %v\n", err)
			os.Exit(1)
		}
		syscall.CloseOnExec(own)
		*to = os.NewFile(uintptr(own), "standard file")
	}
	if null, err := os.Open(os.DevNull); err == nil {
		_ = redirect(null, 0)
		null.Close()
	}
	if err := redirect(p.Stderr, 1); err != nil {
		p.fail("separating standard output", err)
	}
	return p
}

// redirect makes fd refer to the file.
func redirect(f *os.File, fd int) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	failed := c.Control(func(from uintptr) { err = dup2(int(from), fd) })
	if failed != nil {
		return failed
	}
	return err
}

func (p *Process) fail(doing string, err error) { p.Fail(fmt.Errorf("%s: %w", doing, err)) }

// Fail ends the process with an error.
func (p *Process) Fail(err error) {
	p.Prints.Release(nil)
	fmt.Fprintf(p.Stderr, "error: %s\n", plaintext.Escape(err.Error()))
	p.Exit(1)
}

// Name reports the name of the flow, for the error if the process ends.
func (p *Process) Name(flow string) { p.say("flow " + flow) }

// Exit ends the process and tells the first process so, which a step can't.
func (p *Process) Exit(code int) {
	p.Prints.Release(nil)
	p.say(fmt.Sprint("exit ", code))
	os.Exit(code)
}

func (p *Process) say(line string) {
	if p.report != nil {
		_, _ = p.report.WriteString(line + "\n")
	}
}
