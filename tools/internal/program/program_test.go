package program

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// asks is the environment variable that has this program print where a function of it is, as a stack trace would.
const asks = "PROGRAM_TEST_ASKS"

func TestMain(m *testing.M) {
	if os.Getenv(asks) != "" {
		fmt.Println(place())
		return
	}
	os.Exit(m.Run())
}

func place() string {
	_, file, _, _ := runtime.Caller(0)
	return file
}

// The program is this test itself, with the name of this file as Bazel might have recorded it.
func TestRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this test's program is not for Linux")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	original, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	var same []byte
	for _, recorded := range []string{
		"external/gazelle~~go_deps~com_x/p.go",
		"external/gazelle++go_deps+com_x/p.go",
	} {
		content := record(t, original, recorded)
		path := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(path, content, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, path); got != recorded {
			t.Fatalf("before, the program names %q, want %q", got, recorded)
		}
		read, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if same == nil {
			same = read
		} else if !bytes.Equal(read, same) {
			t.Errorf("the program that names %s is another than the one before", recorded)
		}
		path += "-read"
		if err := os.WriteFile(path, read, 0o755); err != nil {
			t.Fatal(err)
		}
		if got, want := ask(t, path), "external/com_x/p.go"; got != want {
			t.Errorf("the program names %q, want %q", got, want)
		}
	}
}

// record replaces this file's name in a copy of the program.
func record(t *testing.T, program []byte, name string) []byte {
	t.Helper()
	old := "\x00" + place() + "\x00"
	if n := bytes.Count(program, []byte(old)); n != 1 || len(name)+2 > len(old) {
		t.Fatalf("the name %q is in this program %d times; want it once, and not shorter than %q", place(), n, name)
	}
	return bytes.Replace(program, []byte(old), []byte("\x00"+name+strings.Repeat("\x00", len(old)-1-len(name))), 1)
}

func ask(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), asks+"=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running the program: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func TestRewriteNames(t *testing.T) {
	for _, test := range []struct{ name, table, want string }{
		{"one among others", "a.go\x00external/b~/c.go\x00d.go\x00", "a.go\x00external/b/c.go\x00\x00d.go\x00"},
		{"side by side", "\x00external/b~/c.go\x00external/b+/d.go\x00", "\x00external/b/c.go\x00\x00external/b/d.go\x00\x00"},
		{"the first", "\xff\xff\xff\xffexternal/b~/c.go\x00", "\xff\xff\xff\xffexternal/b/c.go\x00\x00"},
		{"the beginning", "external/b~/c.go\x00", "external/b/c.go\x00\x00"},
		{"inside another name", "/home/external/b~/c.go\x00", "/home/external/b~/c.go\x00"},
		{"without an end", "\x00external/b~/c.go", "\x00external/b~/c.go"},
		{"stable already", "\x00external/b/c.go\x00", "\x00external/b/c.go\x00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := []byte(test.table)
			rewriteNames(table, []byte("external/"))
			if string(table) != test.want {
				t.Errorf("got %q, want %q", table, test.want)
			}
		})
	}
}

func TestReadOtherPrograms(t *testing.T) {
	for _, content := range []string{"", "#!/bin/sh\n", "\x7fELF", "\x00external/b~/c.go\x00"} {
		path := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path); err != nil || string(got) != content {
			t.Errorf("%q: got %q, %v; want it unchanged", content, got, err)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("got error %v, want that the file doesn't exist", err)
	}
}
