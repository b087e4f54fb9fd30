package cost_test

import (
	"bytes"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

// TestEstimateKnowsEachOption fails for a new option until the estimate considers it,
// or it is decided that it costs nothing.
func TestEstimateKnowsEachOption(t *testing.T) {
	free := map[string]string{"Tolerate": "a child that fails was started all the same"}
	table := func(in cost.Input) []byte {
		text, err := cost.Table(in)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	birds := input(flowtest.Birds(), nil)
	birds.Basis.Assumptions.ItemSeconds = 10 // longer than the Timeout
	plain := table(birds)
	for _, o := range flowtest.EachOption() {
		in := birds
		in.Graph = o.Flow
		_, same := free[o.Name]
		if got := bytes.Equal(table(in), plain); got != same {
			t.Errorf("%s leaves the estimate as it is: %v, want %v", o.Name, got, same)
		}
	}
}
