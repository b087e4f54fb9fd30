package trees

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/lokki-build/lokki/lokki"
)

// IsStubborn never returns, whatever its ctx says. Each call writes a line to its
// log again and again while it is alive.
func IsStubborn(_ context.Context, n int) (int, error) {
	for id := rand.Text(); ; time.Sleep(10 * time.Millisecond) {
		slog.Info("stubborn", "id", id)
	}
}

// Stubborn is a flow of one step, which is tried three times.
func Stubborn(opts ...lokki.StepOption) lokki.Flow[int] {
	return lokki.Start(IsStubborn, 1, append(opts, lokki.Retry[lokki.TimedOut](lokki.Backoff{Attempts: 2}))...)
}
