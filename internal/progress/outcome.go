package progress

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// outcome is how a run ended.
type outcome struct {
	flow       string
	steps      []Step
	begin, now time.Time
	failures   failures
	err        error
}

// summary is what stays of a run for a person; width 0 is any.
func (o outcome) summary(width int) []byte {
	var b bytes.Buffer
	for _, text := range table(o.steps, width) {
		b.WriteString(text + "\n")
	}
	// The error that ended the run is the caller's to tell.
	if o.err == nil || o.failures.total > 1 {
		o.failures.write(&b)
	}
	how := "done"
	if o.err != nil {
		how = "failed"
	}
	fmt.Fprintf(&b, "\n%s: %s in %s\n", o.flow, how, duration(o.now.Sub(o.begin)))
	return b.Bytes()
}

// failures are the calls that failed for good: how many, and the first of them.
type failures struct {
	total int64
	first []string
}

// shownFailures is how many failed calls the end of a run tells of.
const shownFailures = 5

func (f *failures) add(c Call) {
	if f.total++; f.total > shownFailures {
		return
	}
	text, _, more := strings.Cut(c.Err.Error(), "\n")
	if more {
		text += " …"
	}
	f.first = append(f.first, fmt.Sprintf("%s%s: %s", c.Step, at(c.Index), text))
}

func (f *failures) write(w io.Writer) {
	if f.total == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", Plural(f.total, "failed call"))
	for _, text := range f.first {
		fmt.Fprintf(w, "  %s\n", text)
	}
	if more := f.total - int64(len(f.first)); more > 0 {
		fmt.Fprintf(w, "  and %s more\n", count(more))
	}
}
