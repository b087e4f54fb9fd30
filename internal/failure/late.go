package failure

import (
	"errors"
	"fmt"
	"time"
)

// Late is how a step that took longer than it may is reported, on AWS and in
// the local run alike.
func Late(after time.Duration) string { return fmt.Sprintf("it took longer than %s", after) }

// ErrAbandoned is why a step was given up.
var ErrAbandoned = errors.New("the step did not return when its context ended\n" +
	"hint: pass the step's ctx on to whatever it waits for, and return when ctx.Done() is closed")
