package progress

import (
	"fmt"
	"io"
	"time"
)

// between is how long a step runs before a line reports its progress, where
// there is no live view.
const between = 30 * time.Second

// lines shows a run where lines can't be redrawn: in a file, a log, or a test's
// output. A step gets a line when it completes, and progress lines while it
// runs for long.
type lines struct {
	w       io.Writer
	width   int // of the longest name
	written []bool
	said    []time.Time // when a running step last had a line
}

func newLines(w io.Writer, flow string, steps []Step) *lines {
	l := &lines{w: w, written: make([]bool, len(steps)), said: make([]time.Time, len(steps))}
	for _, s := range steps {
		l.width = max(l.width, widthOf(s.Name))
	}
	fmt.Fprintf(w, "%s: %s\n", flow, Plural(int64(len(steps)), "step"))
	return l
}

func (l *lines) update(steps []Step, now time.Time) {
	for i, s := range steps {
		switch {
		case l.written[i] || !s.Through && !s.begun():
		case s.Through:
			what := Plural(s.Done, "call")
			if s.Failed > 0 {
				what += fmt.Sprintf(", %s failed", count(s.Failed))
			}
			if s.Tolerated > 0 {
				what += fmt.Sprintf(", %s tolerated", Plural(s.Tolerated, "failure"))
			}
			l.line(s, what, now)
			l.written[i] = true
		case l.said[i].IsZero():
			l.said[i] = now
		case now.Sub(l.said[i]) >= between:
			l.said[i] = now
			l.line(s, fmt.Sprintf("%s of %s", count(s.ended()), count(s.Total)), now)
		}
	}
}

func (l *lines) call(Call, time.Time) {}

// end writes what became of the steps that were started but not completed, and
// then the run's summary.
func (l *lines) end(o outcome) {
	l.update(o.steps, o.now)
	for i, s := range o.steps {
		if !l.written[i] && s.begun() {
			l.line(s, fmt.Sprintf("stopped after %s of %s", Plural(s.Done, "call"), count(s.Total)), o.now)
		}
	}
	fmt.Fprintf(l.w, "\n%s", o.summary(0))
}

func (l *lines) line(s Step, what string, now time.Time) {
	fmt.Fprintf(l.w, "  %s%s  %12s  %9s\n", s.Name, blanks(s.Name, l.width), what, duration(s.took(now)))
}
