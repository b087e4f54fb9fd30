package localcommand

import (
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

// deadlineError is the cause when a run exceeds the timeout of its lokki_flow.
type deadlineError struct{ after time.Duration }

func (e deadlineError) Error() string {
	return failure.Late(e.after) + ", the timeout of its lokki_flow"
}
