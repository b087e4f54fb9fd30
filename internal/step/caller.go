package step

import (
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

// Caller calls functions in a separate goroutine, one at a time. The goroutine
// is reused for the next call because its stack has grown: growing it again takes a
// tenth of the processor time of a small step.
type Caller struct {
	calls chan func() error
	ended chan error
}

// Call calls f and returns its error, or an error if it panicked, ended its
// goroutine, or was still running at giveUp. In the last case f goes on running.
func (c *Caller) Call(giveUp <-chan time.Time, f func() error) error {
	if c.calls == nil {
		*c = Caller{make(chan func() error), make(chan error, 1)}
		go serve(c.calls, c.ended)
	}
	c.calls <- f
	err := failure.ErrAbandoned
	select {
	case err = <-c.ended:
	case <-giveUp:
		select {
		case err = <-c.ended: // it ended just in time
		default:
		}
	}
	if err == failure.ErrAbandoned || err == failure.Goexit {
		c.Close() // the next call gets another goroutine
	}
	return err
}

// Close ends the goroutine, after any abandoned call has returned.
func (c *Caller) Close() {
	if c.calls != nil {
		close(c.calls)
	}
	*c = Caller{}
}

// serve is Caller's goroutine.
func serve(calls <-chan func() error, ended chan<- error) {
	for f := range calls {
		func() {
			err := failure.Goexit
			defer func() { ended <- err }()
			err = Protect(f)
		}()
	}
}
