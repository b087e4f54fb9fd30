package launch

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// report is what the second process reports: lines of "flow NAME" and "exit CODE", and
// the Go runtime's message about a crash.
type report struct {
	flow   string // "" if not reported yet
	exited bool   // by Process.Exit
	code   int
	crash  string // as in "panic: boom"
}

// readReport reads until the process has ended.
func readReport(f *os.File) <-chan report {
	done := make(chan report, 1)
	go func() {
		var r report
		crashed := false
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for !r.exited && lines.Scan() {
			line := lines.Text()
			switch word, rest, _ := strings.Cut(line, " "); {
			case word == "flow":
				r.flow = rest
			case word == "exit":
				code, err := strconv.Atoi(rest)
				r.code, r.exited = code, err == nil
			case r.crash == "" && (strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")):
				r.crash = line
			case line != "":
				crashed = true
			}
		}
		if crashed && r.crash == "" { // not all of the runtime's messages start like that
			r.crash = "a fatal error of the Go runtime"
		}
		done <- r
		_, _ = io.Copy(io.Discard, f) // otherwise a crashing process would block
	}()
	return done
}

// describe returns the error of a process that did not end by Process.Exit.
func (r report) describe(s *os.ProcessState, name string) string {
	what, who := filepath.Base(name), "a package's init or the flow function"
	if r.flow != "" {
		what, who = r.flow, "a step"
	}
	switch {
	case r.crash != "":
		return fmt.Sprintf("%s: %s crashed the process: %s\nhint: the stack is above; a panic in a goroutine that a step started can only be caught there", what, who, r.crash)
	case s.Exited():
		return fmt.Sprintf("%s: %s ended the process with exit code %d, and there is no result\nhint: os.Exit and log.Fatal do that; return an error instead", what, who, s.ExitCode())
	}
	return fmt.Sprintf("%s: the process was ended from outside: %s", what, s)
}

// reportTime limits how long the first process waits for the rest of a report after
// the second has ended: a program that it started before main may hold it open.
const reportTime = time.Second
