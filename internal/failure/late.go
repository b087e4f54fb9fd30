package failure

import (
	"errors"
	"fmt"
	"time"
)

// Late returns the message for a step that exceeded its time limit, on AWS and in the
// local run alike.
func Late(after time.Duration) string { return fmt.Sprintf("it took longer than %s", after) }

// ErrAbandoned says why a step was abandoned.
var ErrAbandoned = errors.New("the step did not return when its context ended\n" +
	"hint: pass the step's ctx on to whatever it waits for, and return when ctx.Done() is closed")
