// Package cost estimates what one execution of a flow uses and costs, for
// several numbers of items, and warns of quotas that it approaches:
//
//	graph + steps + prices ──Count──► Usage ──Table──► birds.cost.txt
//
// What the graph determines is counted: states, children, invocations and
// requests. The rest are assumptions that the table states: how long a step
// takes and how large a value is. The only estimated retries are those of calls
// that a small account throttles, listed separately.
package cost

import (
	"cmp"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
)

// Input is everything that an estimate is made from.
type Input struct {
	Graph    graph.Graph
	Manifest manifest.Manifest
	Memory   int  // MB of a Lambda whose step sets none
	Timeout  int  // seconds of a Lambda whose step sets none
	Metrics  bool // CloudWatch keeps metrics of the steps
	Basis    Basis

	plan *plan.Plan // of the graph, if it is known
}

// planned returns the plan of the graph.
func (in Input) planned() *plan.Plan {
	if in.plan != nil {
		return in.plan
	}
	return plan.New(in.Graph)
}

// lambda is a function's configuration in the flow's targets.
type lambda struct {
	memory  int // MB
	timeout int // seconds
	arm     bool
}

func (in Input) lambda(function string) lambda {
	l := lambda{memory: in.Memory, timeout: in.Timeout, arm: true}
	for _, s := range in.Manifest.Steps {
		if s.Function == function {
			l = lambda{cmp.Or(s.Memory, l.memory), cmp.Or(s.Timeout, l.timeout), s.Architecture != "amd64"}
		}
	}
	return l
}

// items is the length of the list of a map: n, unless the basis sets it.
func (in Input) items(name string, n int) int {
	if given, ok := in.Basis.Items.Maps[name]; ok {
		return given
	}
	return n
}

// Total is what a usage costs, in US dollars.
func (p Prices) Total(u Usage) float64 { return p.stepFunctions(u) + p.lambda(u) + p.s3(u) + p.logs(u) }
