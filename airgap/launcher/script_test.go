package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// machine is a fake machine that tools/bazel runs on: a home, and a PATH with
// only what the script needs and what a test adds.
type machine struct {
	project, home, bin string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	dir := t.TempDir()
	m := machine{filepath.Join(dir, "project"), filepath.Join(dir, "home"), filepath.Join(dir, "bin")}
	script, err := os.ReadFile(filepath.Join("..", "..", "tools", "bazel"))
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, filepath.Join(m.project, "tools", "bazel"), string(script))
	m.write(t, filepath.Join(m.project, "airgap", "launcher", "main.go"), "package main\n")
	for _, tool := range []string{"cat", "chmod", "cksum", "dirname", "find", "mkdir", "mv", "sed", "sh", "tail", "tr"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		m.write(t, filepath.Join(m.bin, tool), "#!/bin/sh\nexec "+path+" \"$@\"\n")
	}
	m.tool(t, "sleep", "")
	// The launcher that go would build prints how it was called.
	m.tool(t, "go", `while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\necho launcher "$@"\n' >"$2"; chmod +x "$2"`)
	return m
}

func (m machine) write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// tool puts a shell script on the PATH.
func (m machine) tool(t *testing.T, name, script string) {
	t.Helper()
	m.write(t, filepath.Join(m.bin, name), "#!/bin/sh\n"+script+"\n")
}

// registry makes curl fail the first requests, and counts all of them.
func (m machine) registry(t *testing.T, failures string) {
	t.Helper()
	os.Remove(m.requests())
	m.tool(t, "curl", `
echo "$*" >>"`+m.requests()+`"
n=0
while read -r _; do n=$((n + 1)); done <"`+m.requests()+`"
[ $n -gt `+failures+` ] || { echo "curl: (6) Could not resolve host: bcr.bazel.build" >&2; exit 6; }`)
}

func (m machine) requests() string { return filepath.Join(filepath.Dir(m.bin), "requests") }

// requested returns how many requests were made since registry was called.
func (m machine) requested() int {
	data, _ := os.ReadFile(m.requests())
	return bytes.Count(data, []byte("\n"))
}

// bazel runs tools/bazel build //x.
func (m machine) bazel(t *testing.T, env ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(m.bin, "sh"), filepath.Join(m.project, "tools", "bazel"), "build", "//x y")
	cmd.Env = append([]string{"HOME=" + m.home, "PATH=" + m.bin}, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

const (
	bazel77       = `[ "$1" = --version ] && echo "bazel 7.7.1" || echo bazel "$@"`
	usesCentral   = "tools/bazel: using the Bazel Central Registry for a day, because it can be reached (set LOKKI_REGISTRY=local to override)\n"
	usesAirgap    = "tools/bazel: using the modules of airgap/ for an hour, because the Bazel Central Registry can't be reached: curl: (6) Could not resolve host: bcr.bazel.build (set LOKKI_REGISTRY=central to override)\n"
	wantsBazelisk = "tools/bazel: error: the Bazel Central Registry can be reached, but there is no Bazel of version 7.7 or newer here\n" +
		"tools/bazel: hint: install bazelisk and put it on the PATH; or set LOKKI_REGISTRY=local for Debian's Bazel and the modules of airgap/\n"
)

func TestScript(t *testing.T) {
	for _, test := range []struct {
		name     string
		bazel    string // a script; "" for none
		bazelisk string
		failures string // of the first requests
		env      []string
		stdout   string // with PROJECT and BIN for these folders
		stderr   string
		code     int
		requests int
	}{
		{name: "bazel and a registry", bazel: bazel77, failures: "0", stdout: "bazel build //x y\n", stderr: usesCentral, requests: 1},
		{name: "bazelisk comes first", bazel: bazel77, bazelisk: `echo bazelisk "$@"`, failures: "0", stdout: "bazelisk build //x y\n", stderr: usesCentral, requests: 1},
		{name: "one request fails", bazel: bazel77, failures: "1", stdout: "bazel build //x y\n", stderr: usesCentral, requests: 2},
		{name: "no registry", bazel: bazel77, failures: "9", stdout: "launcher -project PROJECT -bazel BIN/bazel -- build //x y\n", stderr: usesAirgap, requests: 2},
		{name: "neither", failures: "9", stdout: "launcher -project PROJECT -bazel -- build //x y\n", stderr: usesAirgap, requests: 2},
		{name: "a registry without a bazel", failures: "0", stderr: usesCentral + wantsBazelisk, code: 36, requests: 1},
		{name: "a registry and an old bazel", bazel: `echo "bazel 7.6.2"`, failures: "0", stderr: usesCentral + wantsBazelisk, code: 36, requests: 1},
		{name: "a newer bazel", bazel: `[ "$1" = --version ] && echo "bazel 9.0.0" || echo nine "$@"`, failures: "0", stdout: "nine build //x y\n", stderr: usesCentral, requests: 1},
		{name: "called by bazelisk", failures: "0", env: []string{"BAZEL_REAL=/bin/echo"}, stdout: "build //x y\n", stderr: usesCentral, requests: 1},
		{name: "central by hand", bazel: bazel77, failures: "9", env: []string{"LOKKI_REGISTRY=central"}, stdout: "bazel build //x y\n"},
		{name: "local by hand", bazel: bazel77, failures: "0", env: []string{"LOKKI_REGISTRY=local"}, stdout: "launcher -project PROJECT -bazel BIN/bazel -- build //x y\n"},
		{name: "something else by hand", bazel: bazel77, failures: "0", env: []string{"LOKKI_REGISTRY=centrl"}, code: 36,
			stderr: "tools/bazel: error: LOKKI_REGISTRY is \"centrl\"\ntools/bazel: hint: set it to central or local, or leave it empty\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.registry(t, test.failures)
			if test.bazel != "" {
				m.tool(t, "bazel", test.bazel)
			}
			if test.bazelisk != "" {
				m.tool(t, "bazelisk", test.bazelisk)
			}
			stdout, stderr, code := m.bazel(t, test.env...)
			if want := strings.NewReplacer("PROJECT", m.project, "BIN", m.bin).Replace(test.stdout); strings.Join(strings.Fields(stdout), " ") != strings.TrimSpace(want) {
				t.Errorf("standard output is %q, want %q", stdout, want)
			}
			if stderr != test.stderr {
				t.Errorf("standard error is %q, want %q", stderr, test.stderr)
			}
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if n := m.requested(); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
		})
	}
}

// An answer is kept, and reported, for its time.
func TestScriptKeepsTheAnswer(t *testing.T) {
	for _, test := range []struct {
		name             string
		failures         string
		says             string
		within, requests int // minutes, and the requests of each decision
	}{
		{"central", "0", usesCentral, 1440, 1},
		{"local", "9", usesAirgap, 60, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.registry(t, test.failures)
			m.tool(t, "bazel", bazel77)
			call := func(what string, requests int, says string) {
				t.Helper()
				if _, stderr, code := m.bazel(t); m.requested() != requests || stderr != says || code != 0 {
					t.Errorf("%s: %d requests so far, exit code %d, standard error %q; want %d, 0 and %q", what, m.requested(), code, stderr, requests, says)
				}
			}
			answer := filepath.Join(m.home, ".cache", "lokki", "registry-in-use")
			age := func(minutes int) {
				t.Helper()
				then := time.Now().Add(-time.Duration(minutes) * time.Minute)
				if err := os.Chtimes(answer, then, then); err != nil {
					t.Fatal(err)
				}
			}
			call("first", test.requests, test.says)
			call("at once", test.requests, "")
			age(test.within - 2)
			call("before its time", test.requests, "")
			age(test.within + 2)
			call("after its time", 2*test.requests, test.says)
			m.write(t, answer, "loc")
			call("a broken answer", 3*test.requests, test.says)
		})
	}
}

// A registry that can be reached again is used within the hour.
func TestScriptGoesBackToTheRegistry(t *testing.T) {
	m := newMachine(t)
	m.tool(t, "bazel", bazel77)
	m.registry(t, "9")
	if _, stderr, _ := m.bazel(t); stderr != usesAirgap {
		t.Errorf("standard error is %q, want %q", stderr, usesAirgap)
	}
	then := time.Now().Add(-61 * time.Minute)
	if err := os.Chtimes(filepath.Join(m.home, ".cache", "lokki", "registry-in-use"), then, then); err != nil {
		t.Fatal(err)
	}
	m.registry(t, "0")
	if stdout, stderr, _ := m.bazel(t); stderr != usesCentral || stdout != "bazel build //x y\n" {
		t.Errorf("got %q and %q, want the registry and Bazel", stdout, stderr)
	}
}
