package flowtest

import (
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// Options are those of a step and of the map that it opens.
type Options struct {
	Timeout int
	Retry   []graph.Retry

	Batch, Concurrency int
	Tolerate           float64
	Express            bool
}

// With sets the options of a flow's steps and of the maps they open, by name.
func With(g graph.Graph, options map[string]Options) graph.Graph {
	for _, s := range plan.New(g).Steps {
		o := options[s.Name]
		s.StepOptions = graph.StepOptions{Timeout: o.Timeout, Retry: o.Retry}
		if s.Opens != nil {
			s.Opens.MapOptions = graph.MapOptions{Batch: o.Batch, Concurrency: o.Concurrency, Tolerate: o.Tolerate, Express: o.Express}
		}
	}
	return g
}
