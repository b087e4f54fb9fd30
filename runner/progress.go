package runner

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/lokki-build/lokki/lokki/graph"
)

// progress counts the calls of each step and writes a line for it when it is
// through. Lines are written by the goroutine of the run only.
type progress struct {
	w     io.Writer // nil for none
	graph graph.Graph
	width int // of the longest name
	start time.Time

	mu    sync.Mutex
	steps []stepProgress
}

type stepProgress struct {
	begun, succeeded int
	first, last      time.Time // begin of the first call, end of the last
	written          bool
}

func newProgress(w io.Writer, g graph.Graph) *progress {
	p := &progress{w: w, graph: g, start: time.Now(), steps: make([]stepProgress, len(g.Nodes))}
	for _, n := range g.Nodes {
		p.width = max(p.width, utf8.RuneCountInString(n.Name))
	}
	p.printf("%s: %s\n", g.Flow, plural(len(g.Nodes), "step"))
	return p
}

// begin counts a call of a step; the function it returns ends it.
func (p *progress) begin(node int) (end func(ok bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.steps[node]
	if s.begun == 0 {
		s.first = time.Now()
	}
	s.begun++
	return func(ok bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.last = time.Now()
		if ok {
			s.succeeded++
		}
	}
}

// done writes the lines of steps that are through.
func (p *progress) done(nodes []int) {
	for _, node := range nodes {
		s := p.step(node)
		p.line(node, plural(s.succeeded, "call"), s.last.Sub(s.first))
	}
}

// end writes what became of the steps that were begun and are not through, and
// the last line.
func (p *progress) end(ok bool) {
	for node := range p.steps {
		if s := p.step(node); !s.written && s.begun > 0 {
			p.line(node, fmt.Sprintf("stopped after %s of %d", plural(s.succeeded, "call"), s.begun), s.last.Sub(s.first))
		}
	}
	how := "done"
	if !ok {
		how = "failed"
	}
	p.printf("%s: %s in %s\n", p.graph.Flow, how, duration(time.Since(p.start)))
}

// step takes a copy of a step's counts.
func (p *progress) step(node int) stepProgress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.steps[node]
}

func (p *progress) line(node int, what string, took time.Duration) {
	p.mu.Lock()
	p.steps[node].written = true
	p.mu.Unlock()
	p.printf("  %-*s  %12s  %9s\n", p.width, p.graph.Nodes[node].Name, what, duration(took))
}

// printf leaves errors of the writer alone: progress that can't be shown is no
// reason to stop.
func (p *progress) printf(format string, args ...any) {
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
