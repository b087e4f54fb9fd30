// Package hint adds hints to errors: what to do about them.
package hint

import "errors"

type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// Add returns the error with a hint, which is one line without a full stop.
func Add(err error, hint string) error { return &hinted{err, hint} }

// Of returns the outermost hint of the error, or "".
func Of(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}
