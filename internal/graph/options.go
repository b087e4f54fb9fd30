package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/failure"
)

// StepOptions say how a step runs. Zero values leave it to the tools' defaults.
type StepOptions struct {
	Timeout int     `json:"timeout,omitempty"` // seconds that one attempt may take
	Retry   []Retry `json:"retry,omitempty"`   // the step's own rules; see Retries for all
}

// MapOptions say how the children of a map run. Zero values leave it to the tools'
// defaults.
type MapOptions struct {
	Batch       int     `json:"batch,omitempty"`       // items that one child handles; 0 is 1
	Concurrency int     `json:"concurrency,omitempty"` // children that run at the same time
	Tolerate    float64 `json:"tolerate,omitempty"`    // percent of the children that may fail
	Express     bool    `json:"express,omitempty"`     // children are Express workflows
}

// BatchSize returns how many items one child of the map handles.
func (o MapOptions) BatchSize() int { return max(1, o.Batch) }

// OptionProblems reports what is wrong with the nodes' options, each as a Problem.
// [Graph.Validate] includes it; nothing else about the nodes needs to be valid.
func OptionProblems(nodes []Node) []error {
	v := validator{}
	v.options(nodes)
	return v.problems
}

func (v *validator) options(nodes []Node) {
	for _, n := range nodes {
		if n.Map == nil {
			v.timeout(*n.Step)
			v.retries(*n.Step)
			continue
		}
		inner := n.Map.Nodes
		if len(inner) > 0 && inner[0].Map == nil { // the same call of the flow
			v.options(inner[:1])
			inner = inner[1:]
		}
		v.mapOptions(*n.Map)
		v.options(inner)
	}
}

func (v *validator) timeout(n Step) {
	if n.Timeout < 0 || n.Timeout > awslimits.LambdaSeconds {
		v.about(n, "the timeout is %d seconds: want 1 to %d, the maximum for a Lambda", n.Timeout, awslimits.LambdaSeconds)
	}
}

func (v *validator) retries(n Step) {
	seen := map[string]bool{}
	for _, r := range n.Retry {
		if len(r.Errors) == 0 || slices.Contains(r.Errors, "") {
			v.about(n, "a retry names no error")
		}
		if r.any() && len(r.Errors) > 1 {
			v.about(n, "a retry names %s along with others", failure.Any)
		}
		for _, e := range r.Errors {
			if seen[e] {
				v.about(n, "two retries are for the error %s", e)
			}
			seen[e] = true
		}
		name := strings.Join(r.Errors, ", ")
		if r.Interval < 1 || r.Interval > awslimits.TimerSeconds {
			v.about(n, "the retry of %s has an interval of %d seconds: want 1 to %d", name, r.Interval, awslimits.TimerSeconds)
		}
		if !(r.Rate >= 1) || math.IsInf(r.Rate, 0) {
			v.about(n, "the retry of %s has a rate of %v: want 1 or more", name, r.Rate)
		}
		if r.Attempts < 1 || r.Attempts > awslimits.TimerSeconds {
			v.about(n, "the retry of %s has %d attempts: want 1 to %d", name, r.Attempts, awslimits.TimerSeconds)
		}
		if r.Cap != 0 && (r.Cap <= r.Interval || r.Cap > awslimits.DelaySeconds) {
			v.about(n, "the retry of %s has a cap of %d seconds: want more than its interval, %d, and at most %d", name, r.Cap, r.Interval, awslimits.DelaySeconds)
		}
	}
}

func (v *validator) mapOptions(m Map) {
	if m.Batch < 0 || m.Batch > awslimits.Items {
		v.aboutMap(m, "the batch is %d: want 1 to %d items", m.Batch, awslimits.Items)
	}
	if m.Concurrency < 0 || m.Concurrency > awslimits.Children {
		v.aboutMap(m, "the concurrency is %d: want 1 to %d", m.Concurrency, awslimits.Children)
	}
	if !(m.Tolerate >= 0 && m.Tolerate <= 100) {
		v.aboutMap(m, "%v percent of failures are tolerated: want more than 0, up to 100", m.Tolerate)
	}
	nested := slices.IndexFunc(m.Nodes, func(n Node) bool { return n.Map != nil })
	if nested >= 0 && m.Batch > 1 {
		v.report(Problem{Position: m.Position, Step: m.Name,
			What: fmt.Sprintf("batches of %d items, in a map that contains the map over %s", m.Batch, m.Nodes[nested].Name()),
			Hint: "leave lokki.Batch out here: each item of the outer map needs its own child to contain the inner one"})
	}
	if m.Express {
		v.express(m, nested)
	}
}

// express checks what an Express workflow can't hold.
func (v *validator) express(m Map, nested int) {
	if nested >= 0 {
		v.report(Problem{Position: m.Position, Step: m.Name,
			What: fmt.Sprintf("the map is Express and contains the map over %s, which an Express workflow can't", m.Nodes[nested].Name()),
			Hint: "leave lokki.Express out here; the inner map may have it"})
	}
	if total := timeouts(m.Nodes); total > awslimits.ExpressSeconds {
		v.report(Problem{Position: m.Position, Step: m.Name,
			What: fmt.Sprintf("the map is Express, and the timeouts of its steps add up to %d seconds; an Express workflow has %d", total, awslimits.ExpressSeconds),
			Hint: "shorten the timeouts, or leave lokki.Express out"})
	}
}

// timeouts adds up the timeouts of steps.
func timeouts(nodes []Node) (total int) {
	for _, n := range nodes {
		if n.Map != nil {
			total += timeouts(n.Map.Nodes)
		} else {
			total += n.Step.Timeout
		}
	}
	return total
}
