package progress

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plaintext"
)

// outcome is how a run ended.
type outcome struct {
	flow       string
	steps      []Step
	begin, now time.Time
	failures   failures
	err        error
}

// summary is the report that stays after a run, for a person; width 0 is no
// limit.
func (o outcome) summary(width int) []byte {
	var b bytes.Buffer
	for _, text := range table(o.steps, width, o.now) {
		b.WriteString(text + "\n")
	}
	failed, tolerated := o.failures.split(o.steps)
	// The caller reports the error that ended the run.
	if o.err == nil || failed.total > 1 {
		failed.write(&b, "failed call")
	}
	tolerated.write(&b, "tolerated failure")
	how := "done"
	if o.err != nil {
		how = "failed"
	}
	fmt.Fprintf(&b, "\n%s: %s in %s\n", o.flow, how, duration(o.now.Sub(o.begin)))
	return b.Bytes()
}

// failures are the calls that failed for good, by step.
type failures map[string]*failedCalls

// failedCalls counts calls that failed for good, and has the first of them.
type failedCalls struct {
	total int64
	first []string
}

// shownFailures is how many failed calls the summary shows.
const shownFailures = 5

func (f failures) add(c Call) {
	of := f[c.Step]
	if of == nil {
		of = new(failedCalls)
		f[c.Step] = of
	}
	if of.total++; of.total > shownFailures {
		return
	}
	text, _, more := strings.Cut(failure.Text(c.Err), "\n")
	if more {
		text += " …"
	}
	if named, ok := c.Err.(*failure.Named); ok && named.Type != failure.Plain { // a name says more than the text
		text = named.Type + ": " + text
	}
	of.first = append(of.first, fmt.Sprintf("%s%s: %s", c.Step, At(c.Index), plaintext.Escape(text)))
}

// split returns the calls that failed the run and those that a map tolerated, in
// the order of the steps.
func (f failures) split(steps []Step) (failed, tolerated failedCalls) {
	for _, s := range steps {
		of := f[s.Name]
		if of == nil {
			continue
		}
		to := &failed
		if s.Tolerated > 0 {
			to = &tolerated
		}
		to.total += of.total
		to.first = append(to.first, of.first...)
	}
	return failed, tolerated
}

func (f failedCalls) write(w io.Writer, noun string) {
	if f.total == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", Plural(f.total, noun))
	shown := f.first[:min(len(f.first), shownFailures)]
	for _, text := range shown {
		fmt.Fprintf(w, "  %s\n", text)
	}
	if more := f.total - int64(len(shown)); more > 0 {
		fmt.Fprintf(w, "  and %s more\n", count(more))
	}
}
