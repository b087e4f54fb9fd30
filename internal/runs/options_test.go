package runs

import (
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// TestResumeKnowsEachOption fails for a new option until it is decided whether a run
// with another value of it may use the stored values.
func TestResumeKnowsEachOption(t *testing.T) {
	reused := map[string]string{ // why the values stay valid
		"Timeout":     "a step that returned in time returned the same",
		"Retry":       "values are of attempts that succeeded",
		"Concurrency": "children don't depend on each other",
		"Express":     "the children do the same",
	}
	record := func(g graph.Graph) Record {
		p := plan.New(g)
		return Record{Graph: g, plan: p, Steps: make([]Step, len(p.Steps))}
	}
	was := record(flowtest.Birds())
	for _, o := range flowtest.EachOption() {
		now := record(o.Flow)
		first, why := was.changed(now)
		_, valid := reused[o.Name]
		if valid != (first == len(now.Steps)) {
			t.Errorf("with another %s, steps from %d on run again (%q); the table says it is reused: %v", o.Name, first, why, valid)
		}
	}
}
