package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// chained is a map of n numbers with two steps in it.
func chained(n int, opts ...lokki.MapOption) lokki.Flow[int] {
	doubled := lokki.Map(lokki.Start(trees.ListNumbers, n), trees.DoubleNumber, opts...)
	return lokki.Agg(lokki.Then(doubled, trees.HalveNumber), trees.SumNumbers)
}

// lists is a map over lists of 0 to n-1 numbers, each of which is mapped. One of the
// inner maps has no items.
func lists(n int, outer, inner []lokki.MapOption) lokki.Flow[int] {
	each := lokki.Map(lokki.Start(trees.ListNumbers, n), trees.ListNumbers, outer...)
	return lokki.Agg(lokki.Agg(lokki.Map(each, trees.DoubleNumber, inner...), trees.SumNumbers), trees.SumNumbers)
}

// fault is a call that fails.
func fault(t *testing.T, text string) rehearse.Call {
	t.Helper()
	c, err := rehearse.ParseCall(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// figures are the counts, which don't depend on time.
type figures struct{ Total, Running, Done, Found, Failed, Tolerated, Retried int64 }

func (f figures) String() string {
	return fmt.Sprintf("%d of %d, found %d, failed %d, tolerated %d, retried %d, running %d", f.Done, f.Total, f.Found, f.Failed, f.Tolerated, f.Retried, f.Running)
}

func of(s progress.Step) figures {
	return figures{s.Total, s.Running, s.Done, s.Found, s.Failed, s.Tolerated, s.Retried}
}

// events returns the final counts that --json reported for each step, and how many
// items it reported as failed and retried.
func events(t *testing.T, text string) (steps map[string]figures, failed, retried map[string]int64) {
	t.Helper()
	steps, failed, retried = map[string]figures{}, map[string]int64{}, map[string]int64{}
	for line := range strings.Lines(text) {
		var e struct {
			Event, Step string
			Counts      figures
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch e.Event {
		case "step-through", "step-stopped":
			if _, twice := steps[e.Step]; twice {
				t.Errorf("%s has ended twice", e.Step)
			}
			steps[e.Step] = e.Counts
		case "item-failed":
			failed[e.Step]++
		case "item-retried":
			retried[e.Step]++
		}
	}
	return steps, failed, retried
}

// TestReportOfKnownFaults has flows meet known faults, and checks the counts in the
// report and in the events, the table, and the error.
func TestReportOfKnownFaults(t *testing.T) {
	for name, c := range map[string]struct {
		flow     lokki.Flow[int]
		fail     string
		steps    string // "done/total found failed tolerated retried" of each called step
		failed   string // empty if it succeeds
		contains []string
		lacks    []string
	}{
		"nothing": {
			flow: chained(3), steps: "1/1 0 0 0 0, 3/3 0 0 0 0, 3/3 0 0 0 0, 1/1 0 0 0 0",
			contains: []string{"  list-numbers         1 call  ", "  double-number       3 calls  ", "  sum-numbers          1 call  "},
			lacks:    []string{"fail", "stopped after"},
		},
		"an error in a sequence": {
			flow: chained(3), fail: "list-numbers", steps: "0/1 0 1 0 0",
			failed: "report_test.go:N: step list-numbers (github.com/lokki-build/lokki/tools/rehearse/tests/trees.ListNumbers): errorString: failed on purpose",
			lacks:  []string{"failed call"},
		},
		"an error in a map": {
			flow: chained(1), fail: "double-number@0", steps: "1/1 0 0 0 0, 0/1 0 1 0 0",
			failed: "report_test.go:N: step double-number[0] (github.com/lokki-build/lokki/tools/rehearse/tests/trees.DoubleNumber): errorString: failed on purpose\n" +
				"report_test.go:N: the map over double-number: 1 of 1 children failed: States.ExceedToleratedFailureThreshold",
			lacks: []string{"failed call"},
		},
		"an error in the second step of a batch": {
			flow: chained(5, lokki.Batch(5)), fail: "halve-number@3", steps: "1/1 0 0 0 0, 1/1 0 0 0 0, 0/1 0 1 0 0",
			failed: "report_test.go:N: step halve-number[3] (github.com/lokki-build/lokki/tools/rehearse/tests/trees.HalveNumber): errorString: failed on purpose\n" +
				"report_test.go:N: the map over double-number: 1 of 1 children failed: States.ExceedToleratedFailureThreshold",
		},
		"an error in a map in a map": {
			flow: lists(2, []lokki.MapOption{lokki.Concurrency(1)}, nil), fail: "double-number@1/0", steps: "1/1 0 0 0 0, 2/2 0 0 0 0, 0/1 0 1 0 0, 1/1 0 0 0 0",
			failed: "report_test.go:N: step double-number[1][0] (github.com/lokki-build/lokki/tools/rehearse/tests/trees.DoubleNumber): errorString: failed on purpose\n" +
				"report_test.go:N: the map over double-number[1]: 1 of 1 children failed: States.ExceedToleratedFailureThreshold\n" +
				"report_test.go:N: the map over list-numbers-2: 1 of 2 children failed: States.ExceedToleratedFailureThreshold",
		},
		"an Express child": {
			flow: chained(1, lokki.Express()), fail: "halve-number@0=*birds.Throttled", steps: "1/1 0 0 0 0, 1/1 0 0 0 0, 0/1 0 1 0 0",
			failed: "report_test.go:N: step halve-number[0] (github.com/lokki-build/lokki/tools/rehearse/tests/trees.HalveNumber): Throttled: failed on purpose\n" +
				"report_test.go:N: the map over double-number: 1 of 1 children failed: States.ExceedToleratedFailureThreshold",
		},
		"retried tries": {
			flow: chained(3), fail: "double-number@1:2=Lokki.Transient", steps: "1/1 0 0 0 0, 3/3 0 0 0 2, 3/3 0 0 0 0, 1/1 0 0 0 0",
			lacks: []string{"failed call", "tolerated"},
		},
		"a type that the flow's own rule names": {
			flow: chained(3, lokki.Retry[*trees.Throttled](lokki.Backoff{Attempts: 2})), fail: "double-number@1:2=Throttled",
			steps: "1/1 0 0 0 0, 3/3 0 0 0 2, 3/3 0 0 0 0, 1/1 0 0 0 0", lacks: []string{"failed call"},
		},
		"tolerated failures": {
			flow: chained(4, lokki.TolerateFailures(50)), fail: "double-number@1,halve-number@2=Throttled",
			steps:    "1/1 0 0 0 0, 3/4 0 0 1 0, 2/3 0 0 1 0, 1/1 0 0 0 0",
			contains: []string{"2 tolerated failures:\n  double-number[1]: failed on purpose\n  halve-number[2]: Throttled: failed on purpose\n"},
			lacks:    []string{"failed call", "stopped after"},
		},
		"one more than is tolerated": {
			flow: chained(4, lokki.TolerateFailures(25), lokki.Concurrency(1)), fail: "double-number@0,double-number@1",
			steps: "1/1 0 0 0 0, 0/4 0 2 0 0, 0/2 0 0 0 0",
			failed: "report_test.go:N: step double-number[1] (github.com/lokki-build/lokki/tools/rehearse/tests/trees.DoubleNumber): errorString: failed on purpose\n" +
				"report_test.go:N: the map over double-number: 2 of 4 children failed; 25% are tolerated: States.ExceedToleratedFailureThreshold",
			contains: []string{"2 failed calls:\n  double-number[0]: failed on purpose\n  double-number[1]: failed on purpose\n"},
			lacks:    []string{"tolerated"},
		},
		"tolerated failures of an inner map": {
			flow: lists(3, []lokki.MapOption{lokki.TolerateFailures(40)}, []lokki.MapOption{lokki.Concurrency(1)}), fail: "double-number@2/0",
			steps:    "1/1 0 0 0 0, 3/3 0 0 0 0, 1/3 0 0 1 0, 2/2 0 0 0 0, 1/1 0 0 0 0",
			contains: []string{"1 tolerated failure:\n  double-number[2][0]: failed on purpose\n"},
			lacks:    []string{"failed call", "stopped after"},
		},
		"an empty list": {
			flow: chained(0), steps: "1/1 0 0 0 0, 0/0 0 0 0 0, 0/0 0 0 0 0, 1/1 0 0 0 0", lacks: []string{"stopped after"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := artifacts(t, c.flow, config.Defaults())
			for _, form := range []progress.Form{progress.Lines, progress.JSON} {
				var out bytes.Buffer
				o := rehearse.Options{Concurrency: 1, Progress: &out, Form: form}
				for one := range strings.FieldsFuncSeq(c.fail, func(r rune) bool { return r == ',' }) {
					o.Faults.Fail = append(o.Faults.Fail, fault(t, one))
				}
				r := rehearseFlow(t, a, o)
				got := ""
				if r.Failed != nil {
					got = regexp.MustCompile(`\S*(report_test\.go):\d+`).ReplaceAllString(r.Failed.Error(), "$1:N")
				}
				if got != c.failed {
					t.Errorf("failed with\n%s\nwant\n%s", got, c.failed)
				}
				if len(r.Unmet) > 0 {
					t.Errorf("faults that met nothing: %q", r.Unmet)
				}
				var steps []string
				for _, s := range r.Steps {
					if s.Done+s.Failed+s.Tolerated+s.Total > 0 || s.Through {
						steps = append(steps, fmt.Sprintf("%d/%d %d %d %d %d", s.Done, s.Total, s.Found, s.Failed, s.Tolerated, s.Retried))
					}
				}
				if r.Failed != nil { // the last step is yet to come
					steps = steps[:len(steps)-1]
				}
				if got := strings.Join(steps, ", "); c.fail != "list-numbers" && !strings.HasPrefix(got, c.steps) {
					t.Errorf("steps\n%s\nwant\n%s", got, c.steps)
				}
				if form == progress.JSON {
					said, failed, retried := events(t, out.String())
					for _, s := range r.Steps {
						if want, ok := said[s.Name]; ok != !s.First.IsZero() && !s.Through || ok && want != of(s) {
							t.Errorf("%s: the events have %v, the report %v", s.Name, want, of(s))
						}
						if failed[s.Name] != s.Failed+s.Tolerated || retried[s.Name] != s.Retried {
							t.Errorf("%s: %d items failed and %d were retried, the report has %v", s.Name, failed[s.Name], retried[s.Name], of(s))
						}
					}
					continue
				}
				for _, part := range c.contains {
					if !strings.Contains(out.String(), part) {
						t.Errorf("no %q in\n%s", part, out.String())
					}
				}
				for _, part := range c.lacks {
					if strings.Contains(out.String(), part) {
						t.Errorf("%q in\n%s", part, out.String())
					}
				}
			}
		})
	}
}

// TestSiblingsThatAreCutOff has one of many children fail while others run.
func TestSiblingsThatAreCutOff(t *testing.T) {
	a := artifacts(t, trees.Numbers(40, 1), config.Defaults())
	var out bytes.Buffer
	o := rehearse.Options{Concurrency: 8, Progress: &out, Form: progress.JSON}
	o.Faults.Fail = []rehearse.Call{fault(t, "double-number@20")}
	r := rehearseFlow(t, a, o)
	_, failed, _ := events(t, out.String())
	s := r.Steps[1]
	if s.Failed != 1 || failed[s.Name] != 1 || s.Running != 0 || s.Total != 40 || s.Tolerated+s.Retried != 0 {
		t.Errorf("%v, and %d items failed", of(s), failed[s.Name])
	}
	for _, f := range r.Functions {
		if f.Failures > 0 {
			t.Errorf("%s: %d failures of %d invocations", f.Function, f.Failures, f.Invocations)
		}
	}
	if len(r.MapRuns) != 1 || r.MapRuns[0].Children != 40 || r.MapRuns[0].Failed != 1 || r.MapRuns[0].Succeeded+r.MapRuns[0].Other != 39 {
		t.Errorf("%+v", r.MapRuns)
	}
}

// TestTotalsAfterARedrive expects all calls to be counted, earlier ones as
// found.
func TestTotalsAfterARedrive(t *testing.T) {
	for name, opts := range map[string][]lokki.MapOption{
		"children":         {lokki.Concurrency(1)},
		"batches":          {lokki.Concurrency(1), lokki.Batch(2)},
		"Express children": {lokki.Concurrency(1), lokki.Express()},
	} {
		t.Run(name, func(t *testing.T) {
			a := artifacts(t, chained(7, opts...), config.Defaults())
			o := options()
			o.Keep = t.TempDir()
			o.Faults.Fail = []rehearse.Call{fault(t, "halve-number@4")}
			first := rehearseFlow(t, a, o)
			if first.Failed == nil {
				t.Fatal("it succeeded")
			}
			// It fails once more at the same item, with the same index path.
			o.Redrive = true
			again := rehearseFlow(t, a, o)
			if again.Failed == nil || !strings.Contains(again.Failed.Error(), "step halve-number[4] (") || len(again.Unmet) > 0 {
				t.Errorf("redriven: %v, %q", again.Failed, again.Unmet)
			}
			var out bytes.Buffer
			o.Faults, o.Progress, o.Form = rehearse.Faults{}, &out, progress.JSON
			last := rehearseFlow(t, a, o)
			children := int64(7)
			if name == "batches" {
				children = 4
			}
			if last.Failed != nil || string(last.Result) != "21" {
				t.Fatalf("%s, %v", last.Result, last.Failed)
			}
			said, _, _ := events(t, out.String())
			for i, s := range last.Steps {
				total := children
				if i == 0 || i == 3 {
					total = 1
				}
				if s.Done != total || s.Total != total || s.Failed+s.Running != 0 || !s.Through || said[s.Name] != of(s) {
					t.Errorf("%s: %v, the events have %v", s.Name, of(s), said[s.Name])
				}
			}
			if found := []int64{last.Steps[0].Found, last.Steps[3].Found}; !slices.Equal(found, []int64{1, 0}) || last.Steps[2].Found >= children || last.Steps[2].Found == 0 {
				t.Errorf("found %v and %d", found, last.Steps[2].Found)
			}
			if len(last.MapRuns) != 1 || int64(last.MapRuns[0].Succeeded) != children {
				t.Errorf("%+v", last.MapRuns)
			}
		})
	}
}

// TestFaultsThatMeetNothing asks for calls and shares that a run of five items in batches
// of four doesn't have.
func TestFaultsThatMeetNothing(t *testing.T) {
	a := artifacts(t, chained(5, lokki.Batch(4)), config.Defaults())
	o := options()
	o.Faults = rehearse.Faults{Kill: 1e-9, Throttle: 1e-9, FailRate: 1e-9, S3Errors: 1e-6}
	for _, call := range []string{"halve-number@5", "halve-number@6", "double-number@7:1=Throttled", "sum-numbers:1=Lokki.Transient"} {
		o.Faults.Fail = append(o.Faults.Fail, fault(t, call))
	}
	r := rehearseFlow(t, a, o)
	want := []string{
		"--fail halve-number@5 met no call", "--fail halve-number@6 met no call", "--fail double-number@7:1=Throttled met no call",
		"--fail-rate 1e-09 met no invocation", "--throttle 1e-09 met no invocation", "--kill 1e-09 met no invocation", "--s3-errors 1e-06 met no request",
	}
	if r.Failed != nil || !slices.Equal(r.Unmet, want) {
		t.Errorf("%v, got %q, want %q", r.Failed, r.Unmet, want)
	}
}
