package step

import (
	"context"
	"errors"

	"github.com/lokki-build/lokki/internal/failure"
)

// Late reports whether a step failed because it took too long: it was abandoned, or
// its error is that of its context, which has ended. A step that panicked or marked
// its error decided itself what its error is.
func Late(ctx context.Context, err error) bool {
	var marked *failure.Marked
	var panicked *PanicError
	switch {
	case errors.Is(err, failure.ErrAbandoned):
		return true
	case errors.As(err, &panicked), errors.As(err, &marked), failure.Type(err) == failure.StepTimeout:
		return false
	}
	return errors.Is(ctx.Err(), context.DeadlineExceeded) && errors.Is(err, context.DeadlineExceeded)
}
