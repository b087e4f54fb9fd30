package tests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// stubborn rehearses a flow whose step never returns. It returns which call was
// alive at each line of its log.
func stubborn(t *testing.T, a rehearse.Artifacts) (rehearse.Report, []string) {
	t.Helper()
	o := options()
	o.Keep = t.TempDir()
	r := rehearseFlow(t, a, o)
	logs, err := filepath.Glob(filepath.Join(o.Keep, "logs", "*.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("logs %q, %v", logs, err)
	}
	data, err := os.ReadFile(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	var alive []string
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var line struct{ Message, ID string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "stubborn" {
			alive = append(alive, line.ID)
		}
	}
	return r, alive
}

// TestNoTryRunsBesideTheOneBefore has a step that ignores its time limit: its
// process ends before the next attempt starts.
func TestNoTryRunsBesideTheOneBefore(t *testing.T) {
	r, alive := stubborn(t, artifacts(t, trees.Stubborn(lokki.Timeout(time.Second)), config.Defaults()))
	const want = "step is-stubborn (github.com/lokki-build/lokki/tools/rehearse/tests/trees.IsStubborn): Sandbox.Timedout: it took longer than 1s: the step did not return when its context ended\nhint: "
	if r.Failed == nil || !strings.Contains(r.Failed.Error(), want) {
		t.Errorf("failed with %v\nwant %s", r.Failed, want)
	}
	if calls := slices.Compact(alive); len(calls) != 3 {
		t.Errorf("the calls in their turns are %q, want 3 of them, one after the other", calls)
	}
	if f := r.Functions[0]; f.Invocations != 3 || f.Cold != 3 {
		t.Errorf("%+v, want 3 invocations, each of a new process", f)
	}
}

// TestATaskThatTimesOutLeavesItsFunctionRunning has a state machine that lokki
// wouldn't make, whose task ends before its Lambda, which Step Functions doesn't stop.
func TestATaskThatTimesOutLeavesItsFunctionRunning(t *testing.T) {
	a := artifacts(t, trees.Stubborn(), config.Defaults())
	a.Template = bytes.Replace(a.Template, []byte(`"TimeoutSeconds": 1860`), []byte(`"TimeoutSeconds": 1`), 1)
	r, alive := stubborn(t, a)
	if r.Failed == nil || !strings.Contains(r.Failed.Error(), "States.Timeout") {
		t.Errorf("failed with %v", r.Failed)
	}
	calls := slices.Compact(slices.Sorted(slices.Values(alive)))
	if turns := slices.Compact(alive); len(calls) != 3 || len(turns) < 6 {
		t.Errorf("the calls in their turns are %q, want 3 of them beside each other", turns)
	}
	if f := r.Functions[0]; f.Environments != 3 {
		t.Errorf("%+v, want an environment for each try", f)
	}
}

// TestAnExecutionHasADeadline has the flow's timeout end a step that wouldn't
// end by itself.
func TestAnExecutionHasADeadline(t *testing.T) {
	built, err := chain.Build(trees.Stubborn())
	if err != nil {
		t.Fatal(err)
	}
	built.Plan.Graph.Timeout = 1
	r, _ := stubborn(t, artifactsOf(t, built.Plan.Graph, config.Defaults()))
	if r.Failed == nil || !strings.Contains(r.Failed.Error(), "States.Timeout: the execution took longer than 1s") {
		t.Errorf("failed with %v", r.Failed)
	}
}
