package flowtest

import (
	"fmt"
	"reflect"

	"github.com/lokki-build/lokki/internal/graph"
)

// Option is one field of a step's or a map's options, and a flow that differs from
// Birds only in it.
type Option struct {
	Name string // of the field
	Flow graph.Graph
}

// Birds is a flow with a map and no options.
func Birds() graph.Graph {
	return Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds")
}

// EachOption finds all options by reflection, so that a test of what reads them fails
// when a new one is forgotten.
func EachOption() (all []Option) {
	of := func(options func(graph.Graph) any) {
		fields := reflect.TypeOf(options(Birds())).Elem()
		for i := range fields.NumField() {
			g := Birds()
			set(reflect.ValueOf(options(g)).Elem().Field(i))
			all = append(all, Option{fields.Field(i).Name, g})
		}
	}
	of(func(g graph.Graph) any { return &g.Nodes[1].Map.Nodes[0].Step.StepOptions })
	of(func(g graph.Graph) any { return &g.Nodes[1].Map.MapOptions })
	return all
}

// set gives a field a value that is valid for all options.
func set(field reflect.Value) {
	switch field.Interface().(type) {
	case int:
		field.SetInt(7)
	case float64:
		field.SetFloat(7)
	case bool:
		field.SetBool(true)
	case []graph.Retry:
		field.Set(reflect.ValueOf([]graph.Retry{{Errors: []string{"Throttled"}, Interval: 1, Rate: 2, Attempts: 99_999}}))
	default:
		panic(fmt.Sprintf("flowtest has no value for options of type %s", field.Type()))
	}
}
