package progress

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/vbauerster/cupwriter"

	"github.com/lokki-build/lokki/internal/plaintext"
)

// live draws each frame over the last one, at the bottom of a terminal.
type live struct {
	w      *cupwriter.Writer
	size   func() (width, height int, err error)
	flow   string
	begin  time.Time
	above  []byte // text to print above the frame
	widths []int  // of the lines on the screen
	width  int    // of the terminal when they were drawn
}

// Terminal reports whether w is a terminal.
func Terminal(w io.Writer) bool { return cupwriter.New(w, false).IsTerminal() }

// newLive returns nil unless w is a terminal whose cursor can be moved.
func newLive(w io.Writer, flow string, begin time.Time) *live {
	cw := cupwriter.New(w, false)
	if !cw.IsTerminal() || dumb() {
		return nil
	}
	return &live{w: cw, size: cw.GetTermSize, flow: flow, begin: begin}
}

// bounds returns the terminal's size, or a common one if it has none, as under
// some programs that only imitate a terminal.
func (l *live) bounds() (width, height int) {
	width, height, err := l.size()
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}

// update redraws the frame.
func (l *live) update(steps []Step, now time.Time) {
	width, height := l.bounds()
	l.reflow(width)
	l.w.Write(l.above)
	l.above = l.above[:0]
	l.width, l.widths = width, l.widths[:0]
	for _, line := range (frame{flow: l.flow, steps: steps, begin: l.begin, now: now, width: width, height: height}).lines() {
		text := line.text(coloured())
		l.widths = append(l.widths, line.width)
		l.w.WriteString(text + "\n")
	}
	l.w.Flush(len(l.widths))
}

func (l *live) call(Call, time.Time) {}

// print shows lines of text above the frame.
func (l *live) print(text []byte) {
	if len(text) == 0 {
		return
	}
	l.above = append(l.above, plaintext.Escape(string(text))...)
	if !bytes.HasSuffix(l.above, []byte("\n")) {
		l.above = append(l.above, '\n')
	}
}

// end replaces the frame by the run's summary.
func (l *live) end(o outcome) {
	width, _ := l.bounds()
	l.reflow(width)
	l.w.Write(l.above)
	l.w.Write(o.summary(width - 1))
	l.w.Flush(0)
}

// reflow moves the cursor up by the lines that the last frame takes on a
// terminal that has become narrower, which wraps lines that no longer fit. The
// writer itself moves by the lines as they were drawn.
func (l *live) reflow(width int) {
	if width >= l.width || !slices.ContainsFunc(l.widths, func(w int) bool { return w > width }) {
		return
	}
	rows := 0
	for _, w := range l.widths {
		rows += max(1, (w+width-1)/width)
	}
	l.w.Reset()
	fmt.Fprintf(l.w, "\x1b[%dA\x1b[J", rows) // CUU and ED of ECMA-48
}
