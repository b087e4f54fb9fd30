// Package cost estimates what one execution of a flow uses and costs, for
// several numbers of items, and says which quotas it comes near:
//
//	graph + steps + prices ──Count──► Usage ──Table──► birds.cost.txt
//
// What the graph determines is counted: states, children, invocations and
// requests. What it doesn't is an assumption that the table states: how long a
// step takes and how large a value is. Of retries, only those of calls that a
// small account refuses are estimated, beside the rest.
package cost

import (
	"cmp"

	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/lokki/graph"
)

// Input is everything an estimate is made of.
type Input struct {
	Graph    graph.Graph
	Manifest manifest.Manifest
	Memory   int  // MB of a Lambda whose step says nothing
	Timeout  int  // seconds of a Lambda whose step says nothing
	Metrics  bool // CloudWatch keeps metrics of the steps
	Basis    Basis
}

// lambda is what the flow's targets say about a function.
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

// items is the length of the list that a map runs through when it is n for
// those whose length is not given.
func (in Input) items(name string, n int) int {
	if given, ok := in.Basis.Items.Maps[name]; ok {
		return given
	}
	return n
}

// Total is what a usage costs, in US dollars.
func (p Prices) Total(u Usage) float64 { return p.stepFunctions(u) + p.lambda(u) + p.s3(u) + p.logs(u) }
