package flowtest

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// maxDepth is how deeply the maps of a random flow are nested, which multiplies the
// items of a test's run.
const maxDepth = 5

// Random makes a valid flow, the same for the same seed: sequences and maps,
// nested and in a row, with steps before, between and after them, functions
// that are used more than once, names of maximum length, and all options.
func Random(seed uint64) graph.Graph {
	r := rand.New(rand.NewPCG(seed, 1))
	calls := []string{"start " + function(r)}
	depth, size := 0, 1+r.IntN(20)
	for len(calls) < size || depth > 0 {
		switch k := r.IntN(5); {
		case k < 2 && depth < maxDepth && len(calls) < size:
			calls = append(calls, "map "+function(r))
			depth++
		case k < 4 && depth > 0:
			calls = append(calls, "agg "+function(r))
			depth--
		case len(calls) < size:
			calls = append(calls, "then "+function(r))
		}
	}
	g := Chain("RandomFlow", calls...)
	g.Nodes[0].Step.Defaults = defaults[r.IntN(len(defaults))]
	for _, s := range plan.New(g).Steps {
		setOptions(r, s)
	}
	return g
}

// function returns one of 20 functions. Some have long names that begin alike, and
// some share their name with a function of another package.
func function(r *rand.Rand) string {
	name := "Step" + string(rune('A'+r.IntN(17)))
	if r.IntN(10) == 0 {
		name = "X" + strings.Repeat("x", 62) + string(rune('A'+r.IntN(3)))
	}
	if r.IntN(10) == 0 {
		return "other.com/x." + name
	}
	return name
}

// defaults have values that could be mistaken for something else in a state machine
// or in YAML.
var defaults = []json.RawMessage{
	nil,
	json.RawMessage(`{"count":3}`),
	json.RawMessage(`"$.input"`),
	json.RawMessage(`12345678901234567890`),
	json.RawMessage(`{"url":"<a>&${Bucket}","deep":[{"n":1e-7}],"back":"\\${Prefix}"}`),
	json.RawMessage(`{"text":"größe # ': \"\n\t","off":"no","none":null}`),
}

// setOptions gives the step, and the map that it opens, some of the options.
func setOptions(r *rand.Rand, n *plan.Step) {
	if n.Opens != nil {
		setMapOptions(r, n.Opens.Map, n.Opens.HoldsMap())
	}
	if r.IntN(4) == 0 {
		n.Timeout = 1 + r.IntN(awslimits.LambdaSeconds)
		if n.In != nil && n.In.Express {
			n.Timeout = 1 + r.IntN(15) // 20 of them fit into one child
		}
	}
	errors := []string{"Throttled", "PathError", "States.Timeout", "Sandbox.Timedout", "errorString", "States.ALL"}
	r.Shuffle(len(errors), func(a, b int) { errors[a], errors[b] = errors[b], errors[a] })
	for range max(0, r.IntN(6)-2) {
		rule := graph.Retry{Errors: errors[:1], Interval: 1 + r.IntN(100), Rate: 1 + float64(r.IntN(8))/4, Attempts: 1 + r.IntN(9)}
		if r.IntN(2) == 0 {
			rule.Cap = rule.Interval + 1 + r.IntN(1000)
		}
		rule.Jitter = r.IntN(2) == 0
		if both := errors[:2]; r.IntN(3) == 0 && !slices.Contains(both, "States.ALL") {
			rule.Errors = both
		}
		errors = errors[len(rule.Errors):]
		n.Retry = append(n.Retry, rule)
	}
}

// setMapOptions omits options that a map that contains another one can't have.
func setMapOptions(r *rand.Rand, n *graph.Map, outer bool) {
	if r.IntN(3) == 0 {
		n.Concurrency = 1 + r.IntN(10_000)
		if outer {
			n.Concurrency = 1 + r.IntN(4) // five levels of 4 make 341 map runs
		}
	}
	if r.IntN(4) == 0 {
		n.Tolerate = []float64{0.1, 2.5, 50, 100}[r.IntN(4)]
	}
	if outer {
		return
	}
	if r.IntN(3) == 0 {
		n.Batch = 1 + r.IntN(5)
	}
	n.Express = r.IntN(3) == 0
}
