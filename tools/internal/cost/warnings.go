package cost

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/timelimit"
)

// The quotas of an account or an execution
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html,
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const (
	maxLambdas  = 1000   // at once: AWS's quota, unless it was raised or the account is new
	maxHistory  = 25_000 // events
	longStart   = 15 * time.Minute
	maxLambdaMB = 10_240
)

// warn writes which quotas the flow approaches, and what to do: each once, for
// the first number of items at which it does.
func warn(to io.Writer, in Input, small []Throttled) {
	w := warner{seen: map[string]bool{}}
	for i, n := range in.Basis.Items.Columns {
		w.small(in, n, small[i])
		w.check(in, n)
	}
	if len(w.all) > 0 {
		fmt.Fprintf(to, "\nWarnings\n%s", strings.Join(w.all, ""))
	}
}

type warner struct {
	all  []string
	seen map[string]bool // kind and step
}

// say records a warning once. what includes the number of items, if that
// matters.
func (w *warner) say(node graph.Node, kind, what, hint string) {
	if key := kind + " " + node.Name; !w.seen[key] {
		w.seen[key] = true
		w.all = append(w.all, fmt.Sprintf("%s: step %s: %s\n  hint: %s\n", node.Position, node.Name, what, hint))
	}
}

// raise says how to get more Lambdas.
const raise = "raise Lambda's quota \"Concurrent executions\" (aws lambda get-account-settings shows it)"

func (w *warner) check(in Input, n int) {
	c := newCounter(in, n)
	retries := map[string]float64{} // events that a workflow's own retries can add
	for i, node := range in.Graph.Nodes {
		if node.Kind == graph.Map {
			w.mapped(c, node)
		}
		w.task(c, node)
		next := graph.Node{}
		if i+1 < len(in.Graph.Nodes) {
			next = in.Graph.Nodes[i+1]
		}
		w.memory(c, node, next)
		for _, r := range node.Retry { // the default rules add few, apart from waiting for Lambda, which takes hours
			retries[innermost(node)] += retryEvents * float64(r.Attempts)
		}
		if events := retries[innermost(node)]; events > maxHistory && !c.maps[innermost(node)].Express {
			w.say(node, "history", fmt.Sprintf("retries up to here can add %s events to a history, which ends the execution at %s", number(events), number(maxHistory)),
				"give lokki.Retry fewer attempts with longer pauses")
		}
	}
}

// small warns of what a small account can't do at all.
func (w *warner) small(in Input, n int, x Throttled) {
	lambdas := in.Basis.Assumptions.SmallAccount
	hint := fmt.Sprintf("%s, or give the map lokki.Concurrency(%d)", raise, lambdas)
	for _, node := range x.GaveUp {
		w.say(node, "patience", fmt.Sprintf("with %s items, on an account of %d Lambdas, calls give up after hours of throttling", number(float64(n)), lambdas), hint)
	}
	for _, node := range x.Late {
		w.say(node, "late", fmt.Sprintf("with %s items, on an account of %d Lambdas, Express workflows end while they wait for Lambda: they live for %s",
			number(float64(n)), lambdas, hours(timelimit.Express)), hint)
	}
}

// mapped warns of what one run of a map needs.
func (w *warner) mapped(c *counter, first graph.Node) {
	items, children := c.in.items(first.Name, c.n), c.children[first.Name]
	if items > envelope.MaxItems {
		w.say(first, "items", fmt.Sprintf("a map over %s items; Step Functions reads at most %s of one list", number(float64(items)), number(envelope.MaxItems)),
			"combine several of them into one item of the list")
	}
	together := int(min(children, float64(first.Concurrency)))
	if first.Concurrency > maxLambdas && together > maxLambdas {
		w.say(first, "lambdas", fmt.Sprintf("with %s items the map runs %s children at once; an account has %s Lambdas unless its quota is raised",
			number(float64(items)), number(float64(together)), number(maxLambdas)),
			raise+", or lower lokki.Concurrency")
	}
	rate, faster := c.in.Basis.Rates.StandardStarts, "use lokki.Batch to start fewer, or lokki.Express to start them faster"
	switch {
	case first.Express:
		rate, faster = c.in.Basis.Rates.ExpressStarts, "use lokki.Batch to start fewer"
	case c.outer[first.Name]:
		faster = "use fewer items in the outer list and more in the inner ones"
	}
	if seconds := children / rate; seconds > longStart.Seconds() {
		w.say(first, "starts", fmt.Sprintf("with %s items it takes %s to start the %s children, at %s a second",
			number(float64(items)), hours(seconds), number(children), number(rate)), faster)
	}
}

// task warns of invocations that take longer than they may.
func (w *warner) task(c *counter, n graph.Node) {
	limit := float64(c.in.lambda(n.Function).timeout)
	if n.Timeout > 0 {
		limit = float64(n.Timeout) // its Lambda has more
	}
	express := c.maps[innermost(n)].Express
	if express {
		limit = min(limit, timelimit.Express)
	}
	seconds := c.seconds(n)
	if seconds <= limit {
		return
	}
	what := fmt.Sprintf("an invocation takes about %s and may take %s", hours(seconds), hours(limit))
	switch {
	case n.Kind == graph.Agg && c.children[c.closed[n.Name]]/c.in.Basis.Rates.Reads > limit/2:
		w.say(n, "time", fmt.Sprintf("with %s results to read %s", number(c.children[c.closed[n.Name]]), what),
			"use lokki.Batch to have fewer objects to read")
	case c.perChild(n) > 1:
		w.say(n, "time", fmt.Sprintf("with %s items in a child %s", number(c.perChild(n)), what), "make lokki.Batch smaller")
	default:
		w.say(n, "time", what, "give the step less to do, or more time")
	}
}

// memory warns of lists that don't fit a Lambda's memory: an aggregation has
// all results, the step before the map all items.
func (w *warner) memory(c *counter, n, next graph.Node) {
	values, what := 0.0, ""
	if n.Kind == graph.Agg {
		values, what = float64(c.in.items(c.closed[n.Name], c.n)), "results"
	}
	if next.Kind == graph.Map {
		if items := float64(c.in.items(next.Name, c.n)); items > values {
			values, what = items, "items"
		}
	}
	has := c.in.lambda(n.Function).memory
	needs := values * c.in.Basis.Assumptions.ValueBytes / (1 << 20)
	if needs <= float64(has) {
		return
	}
	hint := "give its lokki_step more memory"
	if needs > maxLambdaMB {
		hint = "split the list: no Lambda has more than " + number(maxLambdaMB) + " MB"
	}
	w.say(n, "memory", fmt.Sprintf("it holds %s %s, about %s MB; its Lambda has %s MB",
		number(values), what, number(math.Ceil(needs)), number(float64(has))), hint)
}

// hours formats seconds as a duration of at most two units.
func hours(seconds float64) string {
	if seconds > 1e8 {
		return "years"
	}
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%.3g s", seconds)
}
