package cost

import (
	"fmt"
	"math"
	"slices"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// patience is the rule by which every step retries a throttled call.
var patience = ruleFor(awslimits.TooManyRequests)

func ruleFor(name string) graph.Retry {
	all := graph.StepOptions{}.Retries()
	return all[slices.IndexFunc(all, func(r graph.Retry) bool { return slices.Contains(r.Errors, name) })]
}

// Throttled is what an execution takes on an account with fewer Lambdas than it
// needs.
type Throttled struct {
	Seconds     float64 // duration of the execution
	Retries     float64 // of throttled calls
	Transitions float64 // the part of Retries that is paid for
	ExpressGB   float64 // GB-seconds of waiting Express workflows
	GaveUp      []*plan.Step
	Late        []*plan.Step // steps whose Express workflows would end while they wait
}

// Throttle estimates this for lists of n items, one step after another.
func Throttle(in Input, n, lambdas int) Throttled {
	var all Throttled
	played := map[crowd]outcome{} // most steps are the same
	c := newCounter(in, n)
	for _, s := range c.plan.Steps {
		express := s.In != nil && s.In.Express
		rate := in.Basis.Rates.StandardStarts
		if express {
			rate = in.Basis.Rates.ExpressStarts
		}
		key := crowd{
			calls: c.runs(s.Around()), width: int(c.width(s)), lambdas: lambdas,
			takes: millis(c.seconds(s)), gap: millis(1 / rate),
		}
		o, ok := played[key]
		if !ok {
			o = key.run(patience)
			played[key] = o
		}
		all.Seconds += o.took
		all.Retries += o.retries
		if o.gaveUp {
			all.GaveUp = append(all.GaveUp, s)
		}
		if express {
			all.ExpressGB += o.waited * in.Basis.Assumptions.ExpressMemory / 1024
			if o.longest > awslimits.ExpressSeconds {
				all.Late = append(all.Late, s)
			}
		} else {
			all.Transitions += o.retries
		}
	}
	return all
}

func millis(seconds float64) int { return int(math.Round(seconds * 1000)) }

// throttling writes what the execution takes on a small account, if it needs more
// Lambdas than that has.
func (t *table) throttling(in Input) {
	lambdas := in.Basis.Assumptions.SmallAccount
	if !slices.ContainsFunc(t.columns, func(u Usage) bool { return u.Together > float64(lambdas) }) {
		return
	}
	row := func(label string, cell func(Throttled) string) {
		t.line(label, func(i int) string { return cell(t.small[i]) })
	}
	fmt.Fprintf(&t.text, "\nOn an account limited to %d concurrent Lambdas, as new accounts are, about\n", lambdas)
	row("time", func(x Throttled) string { return hours(x.Seconds) })
	row("retries of throttled calls", func(x Throttled) string { return number(roughly(x.Retries)) })
	row("US dollars for these", func(x Throttled) string { return dollars(roughly(in.Basis.Prices.throttled(x))) })
}

func (p Prices) throttled(x Throttled) float64 {
	return (x.Transitions*p.StandardTransitions + x.ExpressGB*p.ExpressGBSeconds) / million
}

// roughly rounds to two digits.
func roughly(v float64) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Round(v/unit) * unit
}
