package chain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/sourcename"
)

// Frame is a place in the user's code.
type Frame struct {
	Symbol string // the linker's symbol of the function
	File   string // as the compiler recorded it
	Line   int

	stack []uintptr // program counters of the place and its callers
}

// Caller returns a place up the stack, counted as in runtime.Caller: 0 is the
// call of Caller itself, 1 the call of the function that contains it.
func Caller(skip int) Frame {
	stack := make([]uintptr, 32)
	for {
		n := runtime.Callers(skip+2, stack)
		if n < len(stack) {
			stack = stack[:n]
			break
		}
		stack = make([]uintptr, 2*len(stack))
	}
	if len(stack) == 0 {
		return Frame{}
	}
	f, _ := runtime.CallersFrames(stack).Next()
	return Frame{Symbol: f.Function, File: f.File, Line: f.Line, stack: stack}
}

// frames lists the calls that led to the place, outermost first, then the place
// itself.
func (f Frame) frames() []runtime.Frame {
	if len(f.stack) == 0 {
		return nil
	}
	var all []runtime.Frame
	frames := runtime.CallersFrames(f.stack)
	for {
		frame, more := frames.Next()
		all = append(all, frame)
		if !more {
			slices.Reverse(all)
			return all
		}
	}
}

// Position returns "file:line". The file is relative to the working directory if it
// is below it, as Bazel already records it; otherwise it is only the name, so that a
// graph depends neither on where it was built nor on the version of Bazel.
func (f Frame) Position() string {
	file := sourcename.Stable(f.File)
	if filepath.IsAbs(file) {
		file = filepath.Base(file)
		if wd, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(wd, f.File); err == nil && !strings.HasPrefix(rel, "..") {
				file = filepath.ToSlash(rel)
			}
		}
	}
	return fmt.Sprintf("%s:%d", file, f.Line)
}
