package progress

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// fit chooses the steps that get a line when there are more steps than lines,
// and sums up the others. Failing and running steps come first, then the latest
// completed ones, then the next to run.
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
	keep := lines - 1 // one line sums up the others
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
