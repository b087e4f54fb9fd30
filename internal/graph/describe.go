package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Describe returns the options in words, such as "timeout 30 s". It omits what is
// left to the tools' defaults.
func (o StepOptions) Describe() (words []string) {
	if o.Timeout > 0 {
		words = append(words, fmt.Sprintf("timeout %d s", o.Timeout))
	}
	for _, r := range o.Retry {
		words = append(words, r.describe())
	}
	return words
}

// Describe returns the options in words, such as "batches of 10". It omits what is
// left to the tools' defaults.
func (o MapOptions) Describe() (words []string) {
	if o.Batch > 1 {
		words = append(words, fmt.Sprintf("batches of %d", o.Batch))
	}
	if o.Concurrency > 0 {
		words = append(words, fmt.Sprintf("%d at a time", o.Concurrency))
	}
	if o.Tolerate > 0 {
		words = append(words, strconv.FormatFloat(o.Tolerate, 'g', -1, 64)+" % may fail")
	}
	if o.Express {
		words = append(words, "Express")
	}
	return words
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
