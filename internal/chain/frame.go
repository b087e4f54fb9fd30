package chain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Frame is a place in the user's code.
type Frame struct {
	Symbol string // the linker's symbol of the function
	File   string // as the compiler recorded it
	Line   int
}

// Caller is a place up the stack, counted as runtime.Caller counts: 0 is the
// call of Caller itself, 1 the call of the function that it is in.
func Caller(skip int) Frame {
	var pcs [1]uintptr
	if runtime.Callers(skip+2, pcs[:]) == 0 {
		return Frame{}
	}
	f, _ := runtime.CallersFrames(pcs[:]).Next()
	return Frame{Symbol: f.Function, File: f.File, Line: f.Line}
}

// Position is "file:line". The file is relative to the working directory if it
// lies below, as Bazel records it already; otherwise it is the name alone, so
// that a graph does not depend on where it was built.
func (f Frame) Position() string {
	file := f.File
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
