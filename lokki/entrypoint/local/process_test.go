package local

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/lambdastep"
	"github.com/lokki-build/lokki/internal/launch"
)

// TestMain runs the tests, or acts as a process that they start: a program such as
// birds_local, or a Lambda of its steps.
func TestMain(m *testing.M) {
	switch os.Getenv(envProgram) {
	case "":
		os.Exit(m.Run())
	case "local":
		limitFiles()
		Main(TeamsFlow, "bazel run //flows:teams_local --", fingerprintsName)
	case "launcher": // as built by Bazel, with none of the program's packages
		os.Exit(launch.Run(launch.Program{Path: os.Args[0], Name: os.Args[0], Args: os.Args[1:], Env: []string{envProgram + "=untidy"}}))
	case "untidy":
		Main(UntidyFlow, "", "_main/none.json")
	case "List":
		lambdastep.Start(List)
	case "Gather":
		lambdastep.Start(Gather)
	case "Work":
		lambdastep.Start(Work)
	case "Look":
		lambdastep.Start(Look)
	case "Total":
		lambdastep.Start(Total)
	}
	panic("no such program: " + os.Getenv(envProgram))
}

// limitFiles makes writing fail as on a full disk.
func limitFiles() {
	limit, err := strconv.ParseUint(os.Getenv(envLimit), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		panic(err)
	}
}

// fingerprintsName is the path in the runfiles.
const fingerprintsName = "_main/flows/teams.fingerprints.json"

// person is a user, who runs the program repeatedly.
type person struct {
	t        *testing.T
	folder   string   // of the store
	log      string   // file of the calls
	runfiles string   // of the program
	env      []string // of all processes
}

func newPerson(t *testing.T) *person {
	t.Helper()
	folder := t.TempDir()
	p := &person{t: t, folder: filepath.Join(folder, "store"), log: filepath.Join(folder, "calls"), runfiles: filepath.Join(folder, "runfiles")}
	p.build(nil)
	return p
}

// build writes the fingerprints as Bazel would, with values other than "v1" for
// some functions.
func (p *person) build(changed map[string]string) {
	p.t.Helper()
	steps := fingerprint.Steps{}
	for _, function := range []string{"List", "Gather", "Work", "Look", "Sum", "Total"} {
		steps["github.com/lokki-build/lokki/lokki/entrypoint/local."+function] = cmp.Or(changed[function], "v1")
	}
	data, err := steps.Encode()
	if err != nil {
		p.t.Fatal(err)
	}
	name := filepath.Join(p.runfiles, fingerprintsName)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, data, 0o644)); err != nil {
		p.t.Fatal(err)
	}
}

// program returns a process that is not started yet.
func (p *person) program(ctx context.Context, env []string, args ...string) (cmd *exec.Cmd, stdout, stderr *bytes.Buffer) {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd = exec.CommandContext(ctx, self, args...)
	cmd.Env = append(append(os.Environ(), envProgram+"=local", envLog+"="+p.log, "RUNFILES_DIR="+p.runfiles), append(p.env, env...)...)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return cmd, stdout, stderr
}

// run runs the program to its end and returns the exit code.
func (p *person) run(env []string, args ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	cmd, out, said := p.program(p.t.Context(), env, args...)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

func (p *person) want(result string, env []string, args ...string) {
	p.t.Helper()
	if code, stdout, stderr := p.run(env, args...); code != 0 || stdout != result+"\n" {
		p.t.Fatalf("%v: exit code %d, result %q, want %s:\n%s", args, code, stdout, result, stderr)
	}
}

// calls returns the calls since the last time.
func (p *person) calls() (calls []string) {
	p.t.Helper()
	data, err := os.ReadFile(p.log)
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	if err == nil {
		if err := os.Remove(p.log); err != nil {
			p.t.Fatal(err)
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			calls = append(calls, line)
		}
	}
	return calls
}

// stored returns the calls whose results a run has: the complete lines of its pack.
func (p *person) stored(run string) map[string]bool {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.folder, "lokki", "teams-flow", run, "outputs.pack"))
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	all := map[string]bool{}
	lines := strings.SplitAfter(string(data), "\n")
	for _, line := range lines[1:] {
		if !strings.HasSuffix(line, "\n") {
			continue
		}
		key := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })[1]
		all[callOf(key)] = true
	}
	return all
}

// callOf returns the call that stored a result, as in the log. The key is relative to
// the run, such as sum/3/output.json.gz.
func callOf(key string) string {
	step, at, _ := strings.Cut(path.Dir(key), "/")
	return strings.TrimSpace(step + " " + at)
}

// interrupted starts the program and interrupts it once the log has a call.
func (p *person) interrupted(call string, how os.Signal, env []string, args ...string) (code int, stderr string) {
	p.t.Helper()
	cmd, _, said := p.program(p.t.Context(), env, args...)
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for !strings.Contains(p.logged(), call) {
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Signal(how); err != nil {
		p.t.Fatal(err)
	}
	_ = cmd.Wait() // the code says how it ended
	return cmd.ProcessState.ExitCode(), said.String()
}

func (p *person) logged() string {
	data, err := os.ReadFile(p.log)
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	return string(data)
}
