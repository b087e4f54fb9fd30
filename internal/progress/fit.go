package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// fit chooses the steps that get a line when there are fewer lines than steps,
// and says what the others are about. The first to stay are those that fail and
// those that run, then the last that are through, then the next to come.
func fit(steps []Step, lines int) (shown []int, rest string) {
	for i := range steps {
		shown = append(shown, i)
	}
	if len(steps) <= lines {
		return shown, ""
	}
	if lines < 1 {
		return nil, ""
	}
	slices.SortStableFunc(shown, func(a, b int) int {
		sa, sb := steps[a].state(), steps[b].state()
		if sa == through && sb == through {
			return cmp.Compare(b, a)
		}
		return cmp.Compare(sa, sb)
	})
	keep := lines - 1 // one says what the others are about
	hidden := shown[keep:]
	shown = shown[:keep]
	slices.Sort(shown)

	var counts [waiting + 1]int
	for _, i := range hidden {
		counts[steps[i].state()]++
	}
	var parts []string
	for state, words := range [...]string{failing: "with failures", running: "running", through: "done", waiting: "waiting"} {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, words))
		}
	}
	return shown, fmt.Sprintf("%s: %s", Plural(int64(len(hidden)), "more step"), strings.Join(parts, ", "))
}
