package asl

import (
	"fmt"
	"sort"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/plan"
)

// checkMapRuns reports each outermost map in which too many map runs are open.
// Only concurrencies that the flow sets can cause that.
func (b *builder) checkMapRuns() {
	for _, m := range b.plan.Maps {
		if m.In != nil {
			continue
		}
		worst, most := m, 0
		for _, inner := range m.All() {
			if open, _ := inner.OpenRuns(); open > most {
				worst, most = inner, open
			}
		}
		if most > awslimits.MapRuns {
			b.reportMapRuns(worst)
		}
	}
}

func (b *builder) reportMapRuns(worst *plan.Map) {
	around := worst.Around()
	var given []*plan.Map // on the path, with maps inside them
	for _, m := range around {
		if m.Concurrency > 0 {
			given = append(given, m)
		}
	}
	if len(given) == 0 {
		return // deeper than a map may be, which is reported elsewhere
	}
	open, each := worst.OpenRuns()
	var counts []string
	for i, m := range append(around, worst) {
		counts = append(counts, fmt.Sprintf("%d of %s", each[i], m.Name))
	}
	what := fmt.Sprintf("%d map runs may be open at the same time, %s; Step Functions has %d for an account",
		open, strings.Join(counts, ", "), awslimits.MapRuns)
	for _, m := range given {
		// The other maps keep their concurrency.
		fits := sort.Search(m.Concurrency, func(c int) bool {
			m.AtOnce = c + 1
			open, _ := worst.OpenRuns()
			return open > awslimits.MapRuns
		})
		m.AtOnce = m.Concurrency
		if fits > 0 {
			b.report(m.Position, m.Name, what, fmt.Sprintf("give the map lokki.Concurrency(%d) at most, or leave it out", fits))
			return
		}
	}
	b.report(given[0].Position, given[0].Name, what, "leave lokki.Concurrency out where a map holds another one, or divide 1000 between them")
}
