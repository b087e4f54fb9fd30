package progress

import (
	"slices"
	"unicode/utf8"
)

// table is what is left of a run: a line for each step. A column in which
// nothing stands is left out, and so are the last ones to matter where the
// table is wider than the terminal; width 0 is any.
func table(steps []Step, width int) []string {
	rows := [][]string{{"step", "calls", "found", "failed", "retries", "time", "total", "median", "max", "at", "in", "out"}}
	// What gives way to the width first.
	giving := []string{"at", "time", "out", "in", "found", "median", "total", "retries", "max", "failed"}
	for _, s := range steps {
		rows = append(rows, figures(s))
	}
	for column := len(rows[0]) - 1; column > 0; column-- {
		if !slices.ContainsFunc(rows[1:], func(r []string) bool { return r[column] != "" }) {
			drop(rows, column)
		}
	}
	for width > 0 && tableWidth(rows) > width && len(giving) > 0 {
		if column := slices.Index(rows[0], giving[0]); column > 0 {
			drop(rows, column)
		}
		giving = giving[1:]
	}
	return align(rows, width)
}

// Table is a line for each row, the first of which has the columns' names. Figures
// stand at the right of their column.
func Table(rows [][]string) []string { return align(rows, 0) }

// align leaves names, which are in the first column, and places at the left. Width
// cuts the lines unless it is 0.
func align(rows [][]string, width int) []string {
	widths := columnWidths(rows)
	var lines []string
	for _, r := range rows {
		l := line{limit: 1 << 16}
		if width > 0 {
			l.limit = width
		}
		for column, text := range r {
			l.add(gap, plain)
			l.pad(text, widths[column], column > 0 && rows[0][column] != "at", plain)
		}
		lines = append(lines, l.text(false))
	}
	return lines
}

// figures is a row of the table.
func figures(s Step) []string {
	calls := count(s.Done)
	if !s.Through && s.begun() || s.Failed > 0 {
		calls += "/" + count(s.Total)
	}
	r := []string{s.Name, calls, some(s.Found), some(s.Failed), count(s.Retried), "", "", "", "", "", "", ""}
	if s.First.IsZero() { // it wasn't called
		return r
	}
	copy(r[5:], []string{duration(s.took(s.Last)), duration(s.Busy), duration(s.Median), duration(s.Max), at(s.Slowest), Size(s.In), Size(s.Out)})
	return r
}

// some is empty for none.
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
			widths[column] = max(widths[column], utf8.RuneCountInString(text))
		}
	}
	return widths
}

func tableWidth(rows [][]string) int {
	total := 0
	for _, w := range columnWidths(rows) {
		total += len(gap) + w
	}
	return total
}
