package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Describe returns the options in words, such as "timeout 30 s": those of the
// step, and those of a map's children. It omits what is left to the tools'
// defaults.
func (o Options) Describe() (step, children []string) {
	if o.Timeout > 0 {
		step = append(step, fmt.Sprintf("timeout %d s", o.Timeout))
	}
	for _, r := range o.Retry {
		step = append(step, r.describe())
	}
	if o.Batch > 1 {
		children = append(children, fmt.Sprintf("batches of %d", o.Batch))
	}
	if o.Concurrency > 0 {
		children = append(children, fmt.Sprintf("%d at a time", o.Concurrency))
	}
	if o.Tolerate > 0 {
		children = append(children, strconv.FormatFloat(o.Tolerate, 'g', -1, 64)+" % may fail")
	}
	if o.Express {
		children = append(children, "Express")
	}
	return step, children
}

// describe returns text like "retry Throttled 3 times, after 2 s, ×1.5 to 60 s".
func (r Retry) describe() string {
	times := "once"
	if r.Attempts != 1 {
		times = fmt.Sprintf("%d times", r.Attempts)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "retry %s %s, after %d s", strings.Join(r.Errors, ", "), times, r.Interval)
	if r.Rate != 1 && r.Attempts > 1 {
		b.WriteString(", ×" + strconv.FormatFloat(r.Rate, 'g', -1, 64))
		if r.Cap > 0 {
			fmt.Fprintf(&b, " to %d s", r.Cap)
		}
	}
	return b.String()
}
