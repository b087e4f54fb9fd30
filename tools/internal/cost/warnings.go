package cost

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/plan"
)

// longStart is how long a large map may take to start all its children without a
// warning.
const longStart = 15 * time.Minute

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

// say records a warning about a step or a map once. what includes the number of items,
// if that matters.
func (w *warner) say(position, name, kind, what, hint string) {
	if key := kind + " " + name; !w.seen[key] {
		w.seen[key] = true
		w.all = append(w.all, fmt.Sprintf("%s: step %s: %s\n  hint: %s\n", position, name, what, hint))
	}
}

// raise says how to get more Lambdas.
const raise = "raise Lambda's quota \"Concurrent executions\" (aws lambda get-account-settings shows it)"

func (w *warner) check(in Input, n int) {
	c := newCounter(in, n)
	retries := map[*plan.Map]float64{} // events that a workflow's own retries can add
	for _, s := range c.plan.Steps {
		if s.Opens != nil {
			w.mapped(c, s.Opens)
		}
		w.task(c, s)
		w.memory(c, s)
		for _, r := range s.Retry { // the default rules add few, apart from waiting for Lambda, which takes hours
			retries[s.In] += retryEvents * float64(r.Attempts)
		}
		if events := retries[s.In]; events > awslimits.HistoryEvents && (s.In == nil || !s.In.Express) {
			w.say(s.Position, s.Name, "history", fmt.Sprintf("retries up to here can add %s events to a history, which ends the execution at %s", number(events), number(awslimits.HistoryEvents)),
				"give lokki.Retry fewer attempts with longer pauses")
		}
	}
}

// small warns of what a small account can't do at all.
func (w *warner) small(in Input, n int, x Throttled) {
	lambdas := in.Basis.Assumptions.SmallAccount
	hint := fmt.Sprintf("%s, or give the map lokki.Concurrency(%d)", raise, lambdas)
	for _, s := range x.GaveUp {
		w.say(s.Position, s.Name, "patience", fmt.Sprintf("with %s items, on an account of %d Lambdas, calls give up after hours of throttling", number(float64(n)), lambdas), hint)
	}
	for _, s := range x.Late {
		w.say(s.Position, s.Name, "late", fmt.Sprintf("with %s items, on an account of %d Lambdas, Express workflows end while they wait for Lambda: they live for %s",
			number(float64(n)), lambdas, hours(awslimits.ExpressSeconds)), hint)
	}
}

// mapped warns of what one run of a map needs.
func (w *warner) mapped(c *counter, m *plan.Map) {
	items, children := c.in.items(m.Name, c.n), c.children[m]
	if items > envelope.MaxItems {
		w.say(m.Position, m.Name, "items", fmt.Sprintf("a map over %s items; Step Functions reads at most %s of one list", number(float64(items)), number(envelope.MaxItems)),
			"combine several of them into one item of the list")
	}
	together := int(min(children, float64(m.Concurrency)))
	if m.Concurrency > awslimits.Lambdas && together > awslimits.Lambdas {
		w.say(m.Position, m.Name, "lambdas", fmt.Sprintf("with %s items the map runs %s children at once; an account has %s Lambdas unless its quota is raised",
			number(float64(items)), number(float64(together)), number(awslimits.Lambdas)),
			raise+", or lower lokki.Concurrency")
	}
	rate, faster := c.in.Basis.Rates.StandardStarts, "use lokki.Batch to start fewer, or lokki.Express to start them faster"
	switch {
	case m.Express:
		rate, faster = c.in.Basis.Rates.ExpressStarts, "use lokki.Batch to start fewer"
	case m.HoldsMap():
		faster = "use fewer items in the outer list and more in the inner ones"
	}
	if seconds := children / rate; seconds > longStart.Seconds() {
		w.say(m.Position, m.Name, "starts", fmt.Sprintf("with %s items it takes %s to start the %s children, at %s a second",
			number(float64(items)), hours(seconds), number(children), number(rate)), faster)
	}
}

// task warns of invocations that take longer than they may.
func (w *warner) task(c *counter, s *plan.Step) {
	limit := float64(c.in.lambda(s.Function).timeout)
	if s.Timeout > 0 {
		limit = float64(s.Timeout) // its Lambda has more
	}
	if s.In != nil && s.In.Express {
		limit = min(limit, awslimits.ExpressSeconds)
	}
	seconds := c.seconds(s)
	if seconds <= limit {
		return
	}
	what := fmt.Sprintf("an invocation takes about %s and may take %s", hours(seconds), hours(limit))
	switch {
	case s.Closes != nil && c.children[s.Closes]/c.in.Basis.Rates.Reads > limit/2:
		w.say(s.Position, s.Name, "time", fmt.Sprintf("with %s results to read %s", number(c.children[s.Closes]), what),
			"use lokki.Batch to have fewer objects to read")
	case c.perChild(s) > 1:
		w.say(s.Position, s.Name, "time", fmt.Sprintf("with %s items in a child %s", number(c.perChild(s)), what), "make lokki.Batch smaller")
	default:
		w.say(s.Position, s.Name, "time", what, "give the step less to do, or more time")
	}
}

// memory warns of lists that don't fit a Lambda's memory: an aggregation has
// all results, the step before the map all items.
func (w *warner) memory(c *counter, s *plan.Step) {
	values, what := 0.0, ""
	if s.Closes != nil {
		values, what = float64(c.in.items(s.Closes.Name, c.n)), "results"
	}
	for _, m := range s.MappedBy {
		if items := float64(c.in.items(m.Name, c.n)); items > values {
			values, what = items, "items"
		}
	}
	has := c.in.lambda(s.Function).memory
	needs := values * c.in.Basis.Assumptions.ValueBytes / (1 << 20)
	if needs <= float64(has) {
		return
	}
	hint := "give its lokki_step more memory"
	if needs > awslimits.MaxMemory {
		hint = "split the list: no Lambda has more than " + number(awslimits.MaxMemory) + " MB"
	}
	w.say(s.Position, s.Name, "memory", fmt.Sprintf("it holds %s %s, about %s MB; its Lambda has %s MB",
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
