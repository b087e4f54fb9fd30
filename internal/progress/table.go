package progress

import (
	"slices"
	"time"
)

// table is what is shown of a run that ended: a line for each step, cut to a
// width. Empty columns are left out.
func table(steps []Step, width int, end time.Time) []string {
	rows := [][]string{{"step", "calls", "found", "failed", "tolerated", "retries", "time", "total", "median", "max", "at", "in", "out"}}
	for _, s := range steps {
		rows = append(rows, figures(s, end))
	}
	return Table(rows, width, "at", "time", "out", "in", "found", "median", "total", "retries", "max", "tolerated", "failed")
}

// Table returns a line for each row; the first row has the column names. The first column
// has names, left-aligned; the others have figures, right-aligned. A column without
// figures is left out. Where lines are wider than width, columns are dropped in the order
// of giving, then names are cut; width 0 is no limit.
func Table(rows [][]string, width int, giving ...string) []string {
	for column := len(rows[0]) - 1; column > 0; column-- {
		if !slices.ContainsFunc(rows[1:], func(r []string) bool { return r[column] != "" }) {
			drop(rows, column)
		}
	}
	widths := columnWidths(rows)
	if width <= 0 {
		return align(rows, widths, sum(widths))
	}
	name := widths[0]
	for widths[0] = min(name, max(leastName, width/2)); sum(widths) > width && len(giving) > 0; giving = giving[1:] {
		if column := slices.Index(rows[0], giving[0]); column > 0 {
			drop(rows, column)
			widths = slices.Delete(widths, column, column+1)
		}
	}
	widths[0] = max(1, min(name, widths[0]+width-sum(widths)))
	return align(rows, widths, width)
}

// leastName is how many columns of a name a table keeps before it drops
// figures.
const leastName = 8

// align left-aligns index paths too. Limit cuts the lines.
func align(rows [][]string, widths []int, limit int) []string {
	var lines []string
	for _, r := range rows {
		l := line{limit: limit}
		for column, text := range r {
			l.add(gap, plain)
			l.pad(text, widths[column], column > 0 && rows[0][column] != "at", plain)
		}
		lines = append(lines, l.text(false))
	}
	return lines
}

// figures returns a step's row of the table.
func figures(s Step, end time.Time) []string {
	calls := count(s.Done)
	if !s.Through && s.begun() || s.Failed+s.Tolerated > 0 {
		calls += "/" + count(s.Total)
	}
	r := []string{s.Name, calls, some(s.Found), some(s.Failed), some(s.Tolerated), count(s.Retried), "", "", "", "", "", "", ""}
	if s.First.IsZero() { // it wasn't called
		return r
	}
	r[6] = duration(s.took(end))
	if s.ended() > s.Found { // otherwise no call has ended
		copy(r[7:], []string{duration(s.Busy), duration(s.Median), duration(s.Max), At(s.Slowest), Size(s.In), Size(s.Out)})
	}
	return r
}

// some is count, but empty for 0.
func some(n int64) string {
	if n == 0 {
		return ""
	}
	return count(n)
}

func drop(rows [][]string, column int) {
	for i := range rows {
		rows[i] = slices.Delete(rows[i], column, column+1)
	}
}

func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for column, text := range r {
			widths[column] = max(widths[column], widthOf(text))
		}
	}
	return widths
}

// sum returns the width of a line.
func sum(widths []int) int {
	total := 0
	for _, w := range widths {
		total += len(gap) + w
	}
	return total
}
