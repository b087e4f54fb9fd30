package rehearse

import (
	"context"
	"errors"
	"testing"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// TestAnInvocationOutlivesItsWaiting stops waiting for a function, and ends the
// rehearsal.
func TestAnInvocationOutlivesItsWaiting(t *testing.T) {
	r := newRunning()
	began, ended := make(chan struct{}), make(chan error, 1)
	invoke := r.detach(func(ctx context.Context, _ string, _ []byte) (lambdahost.Result, error) {
		close(began)
		<-ctx.Done()
		ended <- ctx.Err()
		return lambdahost.Result{}, ctx.Err()
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the task timed out")
	go func() { <-began; cancel(why) }()
	if _, err := invoke(ctx, "arn", nil); err != why {
		t.Errorf("got %v, want why the context ended", err)
	}
	select {
	case err := <-ended:
		t.Errorf("the function ended with %v", err)
	default:
	}
	r.end()
	select {
	case <-ended:
	default:
		t.Error("the function runs on after the rehearsal")
	}
	if _, err := invoke(ctx, "arn", nil); err != why {
		t.Errorf("nobody waited: got %v", err)
	}
}
