package picture

import (
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/plan"
)

// TestEachOptionIsShown fails for an option that the drawings omit.
func TestEachOptionIsShown(t *testing.T) {
	plain := plan.New(flowtest.Birds())
	for _, o := range flowtest.EachOption() {
		p := plan.New(o.Flow)
		if Text(p) == Text(plain) || Mermaid(p) == Mermaid(plain) {
			t.Errorf("%s is not drawn", o.Name)
		}
	}
}
