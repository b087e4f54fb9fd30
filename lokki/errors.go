package lokki

import "github.com/lokki-build/lokki/internal/failure"

// Permanent marks an error that retrying can't fix: the step is not retried,
// whatever its options say. The state machine sees the error as
// "Lokki.Permanent".
//
// The text remains that of err, and errors.Is and errors.As find err and what it
// wraps. Wrapping the result keeps the mark. Of two marks the outer one counts.
// Permanent(nil) is nil.
func Permanent(err error) error { return mark(failure.Permanent, err) }

// Transient marks an error that retrying may fix, such as a busy service: the
// step is retried a few times, with growing pauses. The state machine sees the
// error as "Lokki.Transient".
//
// Without a mark, an error of a step is not retried: most would recur, and lokki
// can't tell which. Otherwise Transient is like Permanent.
func Transient(err error) error { return mark(failure.Transient, err) }

func mark(kind string, err error) error {
	if err == nil {
		return nil // as an interface, so that it equals nil
	}
	return &failure.Marked{Type: kind, Err: err}
}
