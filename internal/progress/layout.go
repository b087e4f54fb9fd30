package progress

import (
	"bytes"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// layout holds the column widths that all rows share, so that bars and numbers
// line up.
type layout struct {
	limit  int
	name   int
	bar    int // 0 for none
	widths [columns]int
}

// newLayout gives names up to a third of the line and columns what they need,
// as long as there is room for bars, which take the rest.
func newLayout(rows []row, limit int) layout {
	l := layout{limit: limit}
	bar := 0
	for _, r := range rows {
		l.name = max(l.name, widthOf(r.name))
		if r.bar {
			bar = max(bar, leastBar)
		} else {
			bar = max(bar, widthOf(r.status))
		}
	}
	l.name = min(l.name, max(8, limit/3))
	wanted := wants(rows)
	room := limit - len(gap) - l.name
	if bar > 0 && room >= len(gap)+bar+needs(wanted[colCalls])+needs(wanted[colFailed])+needs(wanted[colTolerated]) {
		l.bar = bar
		room -= len(gap) + bar
	} else {
		for i := range rows {
			if !rows[i].bar {
				rows[i].cells[colCalls] = rows[i].status
			}
		}
		wanted = wants(rows)
	}
	for _, c := range keep {
		if n := needs(wanted[c]); n > 0 && n <= room {
			l.widths[c] = wanted[c]
			room -= n
		}
	}
	if l.bar > 0 {
		l.bar = min(l.bar+room, mostBar)
	}
	return l
}

// wants returns the widths that the columns want.
func wants(rows []row) (widths [columns]int) {
	for _, r := range rows {
		for c, text := range r.cells {
			widths[c] = max(widths[c], widthOf(text))
		}
	}
	return widths
}

// needs returns what a column takes of a line.
func needs(width int) int {
	if width == 0 {
		return 0
	}
	return len(gap) + width
}

func (l layout) draw(r row) *line {
	out := &line{limit: l.limit}
	out.add(gap, plain)
	out.pad(r.name, l.name, false, r.style)
	if l.bar > 0 {
		out.add(gap, plain)
		if r.bar {
			out.bar(r.step, l.bar)
		} else {
			out.pad(r.status, l.bar, false, r.style)
		}
	}
	for c, width := range l.widths {
		if width > 0 {
			out.add(gap, plain)
			out.pad(r.cells[c], width, c != colSlowest, styles[c])
		}
	}
	return out
}

// bar adds a bar. Failed calls come first, as x.
func (l *line) bar(s Step, width int) {
	style := mpb.BarStyle().Filler("=").Refiller("x").Tip(">").Padding(" ")
	var b bytes.Buffer
	err := style.Build().Fill(&b, decor.Statistics{
		AvailableWidth: width, RequestedWidth: width,
		Total: s.Total, Current: s.ended(), Refill: s.Failed + s.Tolerated,
		Completed: s.ended() >= s.Total,
	})
	if err != nil { // a bytes.Buffer returns none
		return
	}
	colour := plain
	if s.Through {
		colour = green
	}
	if s.Failed > 0 {
		colour = red
	}
	l.add(b.String(), colour)
}
