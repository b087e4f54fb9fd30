// Package program makes compiled Go programs independent of what compiled them.
package program

import (
	"bytes"
	"debug/elf"
	"os"

	"github.com/lokki-build/lokki/internal/sourcename"
)

// Read reads a compiled Go program and gives the source files that it names, in
// stack traces, their stable names. The same sources then are the same bytes
// under every version of Bazel. Programs of other systems than Linux are left as
// they are.
func Read(path string) ([]byte, error) {
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rewrite(program)
	return program, nil
}

// rewrite changes the program in place. Nothing moves: names end with a NUL, and
// a shorter one is followed by more of them. So this works with every version
// of Go's line table, which refers to a name by its beginning.
func rewrite(program []byte) {
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return
	}
	section := file.Section(".gopclntab")
	if section == nil || section.Offset+section.FileSize > uint64(len(program)) {
		return
	}
	table := program[section.Offset:][:section.FileSize]
	for _, prefix := range []string{"external/", "bazel-out/"} {
		rewriteNames(table, []byte(prefix))
	}
}

// rewriteNames rewrites the names that begin with the prefix.
func rewriteNames(table, prefix []byte) {
	for at := 0; ; {
		i := bytes.Index(table[at:], prefix)
		if i < 0 {
			return
		}
		start := at + i
		at = start + len(prefix)
		// What precedes a name is the end of another one, or of a 32-bit number before the first.
		if start > 0 && table[start-1] != 0 && table[start-1] != 0xff {
			continue
		}
		length := bytes.IndexByte(table[start:], 0)
		if length < 0 {
			return
		}
		name := table[start : start+length]
		clear(name[copy(name, sourcename.Stable(string(name))):])
		at = start + length
	}
}
