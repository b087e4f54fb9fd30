package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/runner"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// nested is a flow with a map inside a map.
func nested() lokki.Flow[trees.Tree] {
	return trees.Flow(flowtest.Chain("NestedFlow", "start StepA", "map StepB", "map StepC", "agg StepD", "agg StepE"))
}

func options() rehearse.Options { return rehearse.Options{Concurrency: 8} }

func rehearseFlow(t testing.TB, a rehearse.Artifacts, o rehearse.Options) rehearse.Report {
	t.Helper()
	r, err := rehearse.Run(t.Context(), a, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func local(t testing.TB, flow lokki.Flow[trees.Tree]) trees.Tree {
	t.Helper()
	want, err := runner.Run(t.Context(), flow, runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func tree(t testing.TB, text []byte) trees.Tree {
	t.Helper()
	var got trees.Tree
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("result %s: %v", text, err)
	}
	return got
}

// random returns a flow of the generator that the property tests share. Its
// timeouts leave a busy machine time to start a program.
func random(seed uint64) graph.Graph {
	g := flowtest.Random(seed)
	for _, n := range g.Steps() {
		if n.Timeout > 0 {
			n.Timeout = max(n.Timeout, 15)
		}
	}
	return g
}

// TestRandomFlowsGiveTheResultOfTheLocalRun is what a rehearsal is for.
func TestRandomFlowsGiveTheResultOfTheLocalRun(t *testing.T) {
	for seed := range uint64(flows) {
		flow := trees.Flow(random(seed))
		want := local(t, flow)
		r := rehearseFlow(t, artifacts(t, flow, config.Defaults()), options())
		if r.Failed != nil || r.Denied != nil {
			t.Fatalf("seed %d: %v, denied %v", seed, r.Failed, r.Denied)
		}
		if got := tree(t, r.Result); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

// TestFaultsGiveTheSameResultOrACleanFailure subjects random flows to all
// faults.
func TestFaultsGiveTheSameResultOrACleanFailure(t *testing.T) {
	succeeded, failed := 0, 0
	for seed := range uint64(30) {
		g := random(seed)
		for _, m := range flowtest.Maps(g) {
			m.Tolerate = 0 // otherwise a result without some items would be right
		}
		flow := trees.Flow(g)
		want := local(t, flow)
		o := options()
		o.Faults = rehearse.Faults{FailRate: 0.1, Throttle: 0.1, Kill: 0.1, S3Errors: 0.05, Seed: seed}
		r := rehearseFlow(t, artifacts(t, flow, config.Defaults()), o)
		if r.Failed != nil {
			failed++
			if len(r.Result) > 0 {
				t.Errorf("seed %d: failed with %v and has the result %s", seed, r.Failed, r.Result)
			}
			continue
		}
		succeeded++
		if got := tree(t, r.Result); !reflect.DeepEqual(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
	if succeeded < 15 {
		t.Errorf("%d of %d flows succeeded: retries are of no use", succeeded, succeeded+failed)
	}
}

func TestAnExecutionIsRedriven(t *testing.T) {
	a := artifacts(t, nested(), config.Defaults())
	want := local(t, nested())
	folder := t.TempDir()
	o := options()
	o.Keep = folder
	o.Faults.Fail = []rehearse.Call{{Step: "agg-d", Index: []int{0}}}
	first := rehearseFlow(t, a, o)
	if first.Failed == nil || !strings.Contains(first.Failed.Error(), "States.ExceedToleratedFailureThreshold") {
		t.Fatalf("failed with %v", first.Failed)
	}
	if again, err := rehearse.Run(t.Context(), a, o); err == nil || !strings.Contains(err.Error(), "has an execution already\nhint: ") {
		t.Errorf("the same folder again: %+v, %v", again, err)
	}
	o.Faults, o.Redrive = rehearse.Faults{}, true
	second := rehearseFlow(t, a, o)
	if second.Failed != nil || !reflect.DeepEqual(tree(t, second.Result), want) {
		t.Errorf("redriven: %s, %v, want %v", second.Result, second.Failed, want)
	}
	calls := map[string]int{}
	for _, f := range second.Functions {
		for _, name := range []string{"StepA", "StepB", "StepC", "AggD", "AggE"} {
			if strings.Contains(f.Function, name) {
				calls[name] = f.Invocations
			}
		}
	}
	// Which children were under way when the first one failed is random.
	if calls["StepA"] != 0 || calls["AggD"] == 0 || calls["AggE"] != 1 {
		t.Errorf("the redrive made the calls %v", calls)
	}
}

func TestAFaultThatMeetsNoCallIsNoted(t *testing.T) {
	a := artifacts(t, trees.Numbers(3, 1), config.Defaults())
	o := options()
	o.Faults.Fail = []rehearse.Call{{Step: "double-number", Index: []int{1}, Times: 1}, {Step: "double-number", Index: []int{9}}}
	r := rehearseFlow(t, a, o)
	if r.Failed == nil || !slices.Equal(r.Unmet, []string{"--fail double-number@9 met no call"}) {
		t.Errorf("failed with %v, unmet %q", r.Failed, r.Unmet)
	}
	o.Faults.Fail[0].Step = "treble-number"
	if _, err := rehearse.Run(t.Context(), a, o); err == nil || !strings.Contains(err.Error(), `did you mean "double-number"?`) {
		t.Errorf("a step that is not there: %v", err)
	}
}

// TestAnExecutionThatIsCancelled cancels at various times, and redrives if the
// execution had started. The progress must not show negative or absurd figures.
func TestAnExecutionThatIsCancelled(t *testing.T) {
	a := artifacts(t, trees.Numbers(3, 1), config.Defaults())
	for _, after := range []time.Duration{0, 5, 20, 60, 150, 250} {
		ctx, cancel := context.WithTimeout(t.Context(), after*time.Millisecond)
		o := options()
		o.Keep = t.TempDir()
		var out bytes.Buffer
		o.Progress, o.Form = &out, progress.Lines
		r, err := rehearse.Run(ctx, a, o)
		cancel()
		if err == nil {
			if err := r.Write(&out); err != nil {
				t.Error(err)
			}
			if wrong := regexp.MustCompile(` -\d|\d{10}|NaN|Inf`).FindString(out.String()); wrong != "" {
				t.Errorf("after %d ms: %q in\n%s", after, wrong, out.String())
			}
			for _, s := range r.Steps {
				if s.Running != 0 || s.Failed != 0 {
					t.Errorf("after %d ms: %s has %v", after, s.Name, of(s))
				}
			}
		}
		switch {
		case err == nil && r.Failed == nil:
			continue // it was quick
		case err == nil:
			o.Redrive = true // otherwise it had not started, and starts now
		}
		if r := rehearseFlow(t, a, o); r.Failed != nil || string(r.Result) != "6" {
			t.Errorf("after %d ms: %s, %v", after, r.Result, r.Failed)
		}
	}
}
