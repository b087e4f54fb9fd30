package graph

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/timelimit"
)

// Limits of Step Functions and Lambda
// (https://states-language.net/#errors,
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const (
	maxInterval    = 99_999_999  // seconds
	maxCap         = 31_622_399  // seconds, one less than 366 days
	maxAttempts    = 99_999_999  //
	maxItems       = 100_000_000 // of one map
	maxConcurrency = 10_000      // children of one map
)

// Options say how a node runs. Zero values leave it to the tools' defaults.
type Options struct {
	Timeout int     `json:"timeout,omitempty"` // seconds that one attempt may take
	Retry   []Retry `json:"retry,omitempty"`   // the step's own rules; see Node.Retries for all

	// For a Map only.
	Batch       int     `json:"batch,omitempty"`       // items that one child handles; 0 is 1
	Concurrency int     `json:"concurrency,omitempty"` // children that run at the same time
	Tolerate    float64 `json:"tolerate,omitempty"`    // percent of the children that may fail
	Express     bool    `json:"express,omitempty"`     // children are Express workflows
}

// BatchSize returns how many items one child of the map handles.
func (o Options) BatchSize() int { return max(1, o.Batch) }

// OptionProblems reports what is wrong with the nodes' options, each as a Problem.
// [Graph.Validate] includes it; only the nodes' kinds and scopes must be valid.
func OptionProblems(nodes []Node) []error {
	v := validator{}
	for i, n := range nodes {
		v.timeout(n)
		v.retries(n)
		v.mapping(n, nodes[i:])
	}
	return v.problems
}

func (v *validator) timeout(n Node) {
	if n.Timeout < 0 || n.Timeout > timelimit.MaxLambda {
		v.about(n, "the timeout is %d seconds: want 1 to %d, the maximum for a Lambda", n.Timeout, timelimit.MaxLambda)
	}
}

func (v *validator) retries(n Node) {
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
		if r.Interval < 1 || r.Interval > maxInterval {
			v.about(n, "the retry of %s has an interval of %d seconds: want 1 to %d", name, r.Interval, maxInterval)
		}
		if !(r.Rate >= 1) || math.IsInf(r.Rate, 0) {
			v.about(n, "the retry of %s has a rate of %v: want 1 or more", name, r.Rate)
		}
		if r.Attempts < 1 || r.Attempts > maxAttempts {
			v.about(n, "the retry of %s has %d attempts: want 1 to %d", name, r.Attempts, maxAttempts)
		}
		if r.Cap != 0 && (r.Cap <= r.Interval || r.Cap > maxCap) {
			v.about(n, "the retry of %s has a cap of %d seconds: want more than its interval, %d, and at most %d", name, r.Cap, r.Interval, maxCap)
		}
	}
}

// mapping checks the options of the map that n opens; from begins with n.
func (v *validator) mapping(n Node, from []Node) {
	if n.Kind != Map {
		if n.Batch != 0 || n.Concurrency != 0 || n.Tolerate != 0 || n.Express {
			v.about(n, "options that only a map has, on a node of kind %s", n.Kind)
		}
		return
	}
	if n.Batch < 0 || n.Batch > maxItems {
		v.about(n, "the batch is %d: want 1 to %d items", n.Batch, maxItems)
	}
	if n.Concurrency < 0 || n.Concurrency > maxConcurrency {
		v.about(n, "the concurrency is %d: want 1 to %d", n.Concurrency, maxConcurrency)
	}
	if !(n.Tolerate >= 0 && n.Tolerate <= 100) {
		v.about(n, "%v percent of failures are tolerated: want more than 0, up to 100", n.Tolerate)
	}
	inner := inside(from)
	nested := slices.IndexFunc(inner, func(m Node) bool { return m.Kind == Map })
	if nested >= 0 && n.Batch > 1 {
		v.report(Problem{Position: n.Position, Step: n.Name,
			What: fmt.Sprintf("batches of %d items, in a map that contains the map over %s", n.Batch, inner[nested].Name),
			Hint: "leave lokki.Batch out here: each item of the outer map needs its own child to contain the inner one"})
	}
	if n.Express {
		v.express(n, inner, nested)
	}
}

// express checks what an Express workflow can't hold.
func (v *validator) express(n Node, inner []Node, nested int) {
	if nested >= 0 {
		v.report(Problem{Position: n.Position, Step: n.Name,
			What: fmt.Sprintf("the map is Express and contains the map over %s, which an Express workflow can't", inner[nested].Name),
			Hint: "leave lokki.Express out here; the inner map may have it"})
	}
	total := n.Timeout
	for _, m := range inner {
		total += m.Timeout
	}
	if total > timelimit.Express {
		v.report(Problem{Position: n.Position, Step: n.Name,
			What: fmt.Sprintf("the map is Express, and the timeouts of its steps add up to %d seconds; an Express workflow has %d", total, timelimit.Express),
			Hint: "shorten the timeouts, or leave lokki.Express out"})
	}
}

// inside returns the nodes in the map that the first one opens, without it.
func inside(from []Node) []Node {
	depth := len(from[0].Scope)
	for i, n := range from[1:] {
		if len(n.Scope) < depth {
			return from[1 : i+1]
		}
	}
	return from[1:]
}
