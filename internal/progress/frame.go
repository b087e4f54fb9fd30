package progress

import (
	"fmt"
	"strings"
	"time"
)

// frame is one picture of a run on a terminal, a pure function of these fields.
// Every line is narrower than the terminal: terminals differ in what they do
// after the last column.
type frame struct {
	flow          string
	steps         []Step
	begin, now    time.Time
	width, height int // of the terminal
}

const (
	leastBar = 10 // columns of a bar, its brackets included
	mostBar  = 40
	gap      = "  "
)

// lines draws the frame: a line for the flow, one for each step that there is
// room for, and one for all the others. The terminal's last line is left for
// the cursor.
func (f frame) lines() []*line {
	done := 0
	for _, s := range f.steps {
		if s.Through {
			done++
		}
	}
	head := &line{limit: f.width - 1}
	head.add(f.flow, bold)
	head.add(fmt.Sprintf(": %d of %s, %s", done, Plural(int64(len(f.steps)), "step"), duration(f.now.Sub(f.begin))), plain)
	lines := []*line{head}

	shown, rest := fit(f.steps, f.height-2)
	rows := make([]row, len(shown))
	for k, i := range shown {
		rows[k] = newRow(f.steps, i, f.now)
	}
	l := newLayout(rows, f.width-1)
	for _, r := range rows {
		lines = append(lines, l.draw(r))
	}
	if rest != "" {
		last := &line{limit: f.width - 1}
		last.add(gap+rest, dim)
		lines = append(lines, last)
	}
	return lines
}

// line is a line of text in pieces, cut at a limit of columns.
type line struct {
	limit  int
	width  int
	pieces []piece
}

type piece struct {
	text  string
	style style
}

func (l *line) add(text string, s style) {
	text = cut(text, max(0, l.limit-l.width))
	l.width += widthOf(text)
	l.pieces = append(l.pieces, piece{text, s})
}

// pad adds text padded to a width, right-aligned if right.
func (l *line) pad(text string, width int, right bool, s style) {
	text = cut(text, width)
	space := blanks(text, width)
	if right {
		l.add(space, plain)
		l.add(text, s)
		return
	}
	l.add(text, s)
	l.add(space, plain)
}

// text finishes the line, without trailing blanks.
func (l *line) text(colours bool) string {
	for len(l.pieces) > 0 {
		last := &l.pieces[len(l.pieces)-1]
		trimmed := strings.TrimRight(last.text, " ")
		l.width -= len(last.text) - len(trimmed)
		if last.text = trimmed; trimmed != "" {
			break
		}
		l.pieces = l.pieces[:len(l.pieces)-1]
	}
	var b strings.Builder
	for _, p := range l.pieces {
		b.WriteString(p.style.apply(p.text, colours))
	}
	return b.String()
}
