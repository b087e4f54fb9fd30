package local

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kills is how often TestKilledAtAnyMoment kills a process.
const kills = 200

// TestKilledAtAnyMoment kills runs at random moments, most of them several
// times. Each gets the right result in the end, and no call whose result is stored
// is ever repeated.
func TestKilledAtAnyMoment(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	p := newPerson(t)
	pause := []string{envPause + "=200us"}
	began := time.Now()
	p.want("100", pause, "--store", p.folder, "--run", "whole", "--quiet")
	span := time.Since(began) // in which the next process is killed
	p.calls()
	late := 0 // processes that finished before they were killed
	for run, killed := 0, 0; killed < kills; run++ {
		id := "r" + strconv.Itoa(run)
		for round := 0; ; round++ {
			before := p.stored(id)
			cmd, stdout, stderr := p.program(t.Context(), pause, p.args(id)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if round < 6 { // then it may end
				time.Sleep(time.Duration(random.Int64N(int64(span))))
				_ = cmd.Process.Kill() // it may have ended
			}
			_ = cmd.Wait() // the code says how it ended
			for _, call := range p.calls() {
				if before[call] {
					t.Fatalf("run %s, round %d: %q was done again", id, round, call)
				}
			}
			if code := cmd.ProcessState.ExitCode(); code == 0 {
				if stdout.String() != "100\n" {
					t.Fatalf("run %s, round %d: got %s, want 100", id, round, stdout)
				}
				if round < 6 {
					late++
					span -= span / 5
				}
				break
			} else if code > 0 {
				t.Fatalf("run %s, round %d: exit code %d:\n%s", id, round, code, stderr)
			}
			killed++
			// The machine's speed may change at any time: the span settles where
			// about a fifth finish before the kill.
			span += span / 20
		}
		if got := p.stored(id); len(got) != 1+5+2*100+5+1 {
			t.Fatalf("run %s has %d results in the end", id, len(got))
		}
	}
	if late > kills {
		t.Errorf("%d processes were through before they were killed: the moments are not spread over the runs", late)
	}
}

// args start the run if a kill left nothing of it, and resume it otherwise.
func (p *person) args(id string) []string {
	how := "--resume"
	if _, err := os.Stat(filepath.Join(p.folder, "lokki", "teams-flow", id, "run.json")); err != nil {
		how = "--run"
	}
	return []string{"--store", p.folder, how, id, "--quiet"}
}

// TestInterrupted ends a run as Ctrl-C does, while a step ignores it.
func TestInterrupted(t *testing.T) {
	p := newPerson(t)
	code, stderr := p.interrupted("hang", os.Interrupt, []string{envHang + "=work 2/3"}, "--store", p.folder, "--run", "mine", "--concurrency", "2")
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	self, _ := os.Executable()
	if want := "hint: resume the run: " + self + " --store " + p.folder + " --resume mine"; code != 1 || lines[len(lines)-1] != want {
		t.Fatalf("exit code %d, want 1 and the last line\n%s\nbut it said\n%s", code, want, stderr)
	}
	if !strings.Contains(stderr, "error: teams-flow was interrupted: ") {
		t.Errorf("it said\n%s", stderr)
	}
	before := p.stored("mine")
	p.calls()
	p.want("100", nil, "--store", p.folder, "--resume", "mine")
	for _, call := range p.calls() {
		if before[call] {
			t.Errorf("%q was done again", call)
		}
	}
	if len(before) < 10 {
		t.Errorf("only %d results were stored", len(before))
	}
}

// TestFullDisk limits the size of files.
func TestFullDisk(t *testing.T) {
	p := newPerson(t)
	code, _, stderr := p.run([]string{envLimit + "=6000"}, "--store", p.folder, "--run", "mine", "--backoff", "0", "--concurrency", "2")
	if code != 1 || !strings.Contains(stderr, "outputs.pack: file too large\n") || !strings.Contains(stderr, "hint: resume the run: ") {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	before := p.stored("mine")
	p.calls()
	p.want("100", nil, "--store", p.folder, "--resume", "mine")
	again := slices.DeleteFunc(p.calls(), func(call string) bool { return !before[call] })
	if len(again) > 0 || len(before) < 10 {
		t.Errorf("of %d results these were made again: %v", len(before), again)
	}
}

func TestNoWritableDirectory(t *testing.T) {
	p := newPerson(t)
	p.folder = "/proc/self/lokki" // which can't be created
	code, _, stderr := p.run(nil, "--store", p.folder)
	if code != 1 || !strings.Contains(stderr, "error: opening the store in /proc/self/lokki: mkdir ") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
	if calls := p.calls(); len(calls) > 0 {
		t.Errorf("steps were called: %v", calls)
	}
}
