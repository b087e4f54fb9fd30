// Package hint adds to an error what to do about it.
package hint

import "errors"

type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// Add returns the error with a hint, which is one line without a full stop.
func Add(err error, hint string) error { return &hinted{err, hint} }

// Of returns the outermost hint that was added to the error, or "".
func Of(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}
