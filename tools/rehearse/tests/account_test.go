package tests

import (
	"slices"
	"testing"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
)

func steps(t *testing.T, r rehearse.Report, name string) progress.Step {
	t.Helper()
	i := slices.IndexFunc(r.Steps, func(s progress.Step) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no step %s in %v", name, r.Steps)
	}
	return r.Steps[i]
}

// TestASmallAccount allows only two Lambdas at once. All items get their turn,
// and the cost of that is counted.
func TestASmallAccount(t *testing.T) {
	for name, opts := range map[string][]lokki.MapOption{"Standard": nil, "Express": {lokki.Express()}} {
		t.Run(name, func(t *testing.T) {
			a := artifacts(t, chained(30, opts...), config.Defaults())
			o := options()
			o.Backoff, o.Faults.Lambdas = 0.01, 2
			r := rehearseFlow(t, a, o)
			if r.Failed != nil || string(r.Result) != "435" || len(r.Unmet) > 0 {
				t.Fatalf("got %s, %v, unmet %q", r.Result, r.Failed, r.Unmet)
			}
			doubled, halved := steps(t, r, "double-number"), steps(t, r, "halve-number")
			retries := doubled.Retried + halved.Retried
			if retries == 0 || doubled.Done != 30 || halved.Done != 30 || doubled.Failed+halved.Failed > 0 {
				t.Errorf("calls %+v and %+v", doubled, halved)
			}
			// Four states around the children, the start and two steps for each of them,
			// and the retries.
			if want := 4 + 3*30 + int(retries); opts == nil && int(r.Transitions) != want {
				t.Errorf("%d state transitions, want %d with %d retries", r.Transitions, want, retries)
			}
			for _, f := range r.Functions {
				if f.Environments > 2 {
					t.Errorf("%s had %d environments at the same time", f.Function, f.Environments)
				}
			}
		})
	}
}

// TestMapsAreTriedAgain makes requests of the state machine itself fail: the map
// has more than one run, but the steps' calls are still those of one.
func TestMapsAreTriedAgain(t *testing.T) {
	again := 0
	for seed := range uint64(2) {
		o := options()
		o.Faults.S3Errors, o.Faults.Seed = 0.25, seed
		r := rehearseFlow(t, artifacts(t, chained(3), config.Defaults()), o)
		if r.Failed != nil {
			continue // too often at the same request
		}
		if string(r.Result) != "3" {
			t.Errorf("seed %d: got %s", seed, r.Result)
		}
		for _, s := range r.Steps {
			if s.Done != s.Total || s.Failed > 0 {
				t.Errorf("seed %d: %s has %d of %d calls, %d failed", seed, s.Name, s.Done, s.Total, s.Failed)
			}
		}
		again += r.MapRuns[0].Runs - 1
	}
	if again == 0 {
		t.Error("no map was tried again")
	}
}
