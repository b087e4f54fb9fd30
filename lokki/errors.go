package lokki

import "github.com/lokki-build/lokki/internal/failure"

// Permanent marks an error as one that would come back: the step is not tried
// again, whatever else is set to retry it. The state machine sees it as
// "Lokki.Permanent".
//
// The text stays that of err, and errors.Is and errors.As find err and what it
// wraps. Wrapping the result keeps the mark. Of two marks the outer one counts.
// Permanent(nil) is nil.
func Permanent(err error) error { return mark(failure.Permanent, err) }

// Transient marks an error as one that may not come back, such as a busy
// service: the step is tried again a few times, with a growing pause in
// between. The state machine sees it as "Lokki.Transient".
//
// Without a mark an error of a step is not retried: most come back, and lokki
// can't tell which of them don't. In all else Transient is like Permanent.
func Transient(err error) error { return mark(failure.Transient, err) }

func mark(kind string, err error) error {
	if err == nil {
		return nil // as an interface, so that it equals nil
	}
	return &failure.Marked{Type: kind, Err: err}
}
