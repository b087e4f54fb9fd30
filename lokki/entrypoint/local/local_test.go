package local

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFingerprints rebuilds one step.
func TestFingerprints(t *testing.T) {
	p := newPerson(t)
	p.want("100", nil, "--store", p.folder, "--run", "mine")
	p.calls()
	p.build(map[string]string{"Sum": "v2"})
	code, _, stderr := p.run(nil, "--store", p.folder, "--resume", "mine")
	if want := "resuming run mine as mine.2: sum and all later steps run again: its code changed\n"; code != 0 || !strings.HasPrefix(stderr, want) {
		t.Errorf("exit code %d, want 0 and %s:\n%s", code, want, stderr)
	}
	calls := p.calls()
	slices.Sort(calls)
	if want := []string{"sum 0", "sum 1", "sum 2", "sum 3", "sum 4", "total"}; !slices.Equal(calls, want) {
		t.Errorf("got the calls %v, want %v", calls, want)
	}
}

// TestWithoutFingerprints has a program that was copied out of its runfiles: its own
// code identifies its steps, which differs from the fingerprints that Bazel built.
func TestWithoutFingerprints(t *testing.T) {
	p := newPerson(t)
	p.want("100", nil, "--store", p.folder, "--run", "mine")
	if err := os.RemoveAll(p.runfiles); err != nil {
		t.Fatal(err)
	}
	_, _, stderr := p.run(nil, "--store", p.folder, "--resume", "mine")
	if !strings.Contains(stderr, "list and all later steps run again: its code changed\n") {
		t.Error(stderr)
	}
	p.calls()
	p.want("100", nil, "--store", p.folder, "--resume", "last")
	if calls := p.calls(); len(calls) > 0 {
		t.Errorf("the same program did %v again", calls)
	}
}

func TestWrongFingerprints(t *testing.T) {
	p := newPerson(t)
	if err := os.WriteFile(p.runfiles+"/"+fingerprintsName, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := p.run(nil); code != 1 || !strings.HasPrefix(stderr, "error: decoding the fingerprints: ") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}

// TestCall has Bazel run the program: the hints name the bazel command.
func TestCall(t *testing.T) {
	p := newPerson(t)
	code, _, stderr := p.run([]string{envFail + "=work 1/2", "BUILD_WORKSPACE_DIRECTORY=/x"}, "--store", p.folder, "--run", "mine", "--backoff", "0")
	want := "hint: run only this call: bazel run //flows:teams_local -- --store " + p.folder + " --resume mine --only work --at 1/2\n"
	if code != 1 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, want 1 and %s:\n%s", code, want, stderr)
	}
}
