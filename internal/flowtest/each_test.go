package flowtest

import (
	"reflect"
	"testing"

	"github.com/lokki-build/lokki/internal/plan"
)

// TestRandomFlowsHaveEachOption fails for an option that Random never sets.
func TestRandomFlowsHaveEachOption(t *testing.T) {
	has := map[string]bool{}
	note := func(options any) {
		v := reflect.ValueOf(options)
		for i := range v.NumField() {
			has[v.Type().Field(i).Name] = has[v.Type().Field(i).Name] || !v.Field(i).IsZero()
		}
	}
	for seed := range uint64(200) {
		p := plan.New(Random(seed))
		for _, s := range p.Steps {
			note(s.StepOptions)
		}
		for _, m := range p.Maps {
			note(m.MapOptions)
		}
	}
	for _, o := range EachOption() {
		if err := o.Flow.Validate(); err != nil {
			t.Errorf("%s: %v", o.Name, err)
		}
		if !has[o.Name] {
			t.Errorf("200 random flows have no %s", o.Name)
		}
	}
}
