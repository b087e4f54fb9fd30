package failure

import (
	"errors"
	"fmt"
	"time"
)

// TimedOut is the error of a step that exceeded its timeout.
type TimedOut struct {
	After time.Duration // the timeout
}

func (e TimedOut) Error() string { return Late(e.After) }

// Late returns the message for a step that exceeded its time limit, on AWS and in the
// local run alike.
func Late(after time.Duration) string { return fmt.Sprintf("it took longer than %s", after) }

// ErrAbandoned says why a step was abandoned.
var ErrAbandoned = errors.New("the step did not return when its context ended\n" +
	"hint: pass the step's ctx on to whatever it waits for, and return when ctx.Done() is closed")
