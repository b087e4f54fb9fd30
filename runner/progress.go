package runner

import (
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"
)

// printer writes a line for each step when it is through. Lines are written by
// the goroutine of the run only.
type printer struct {
	w       io.Writer // nil for none
	meter   *meter
	width   int    // of the longest name
	written []bool // by node
}

func newPrinter(w io.Writer, m *meter) *printer {
	p := &printer{w: w, meter: m, written: make([]bool, len(m.graph.Nodes))}
	for _, n := range m.graph.Nodes {
		p.width = max(p.width, utf8.RuneCountInString(n.Name))
	}
	p.printf("%s: %s\n", m.graph.Flow, plural(len(m.graph.Nodes), "step"))
	return p
}

// done writes the lines of steps that are through.
func (p *printer) done(nodes []int) {
	p.meter.through(nodes)
	for _, node := range nodes {
		if p.w == nil {
			return
		}
		s := p.meter.step(node)
		calls := plural(int(s.Done), "call")
		if s.Failed > 0 {
			calls += fmt.Sprintf(", %d failed", s.Failed)
		}
		p.line(node, calls, s.Last.Sub(s.First))
	}
}

// end writes what became of the steps that were begun and are not through, and
// the last line.
func (p *printer) end(ok bool) {
	for node, s := range p.meter.steps() {
		if !p.written[node] && !s.Through && !s.First.IsZero() {
			p.line(node, fmt.Sprintf("stopped after %s of %d", plural(int(s.Done), "call"), s.Total), s.Last.Sub(s.First))
		}
	}
	how := "done"
	if !ok {
		how = "failed"
	}
	p.printf("%s: %s in %s\n", p.meter.graph.Flow, how, duration(time.Since(p.meter.start)))
}

func (p *printer) line(node int, what string, took time.Duration) {
	p.written[node] = true
	p.printf("  %-*s  %12s  %9s\n", p.width, p.meter.graph.Nodes[node].Name, what, duration(took))
}

// printf leaves errors of the writer alone: progress that can't be shown is no
// reason to stop.
func (p *printer) printf(format string, args ...any) {
	if p.w != nil {
		fmt.Fprintf(p.w, format, args...)
	}
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// duration rounds to what one can take in: "0.3 ms", "12.4 s", "3m5s".
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
