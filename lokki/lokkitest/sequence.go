package lokkitest

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

// Upto is the number itself: input of a type that is not a struct.
func Upto(ctx context.Context, n int) (int, error) { return n, nil }

// SequenceFlow is three steps in a row.
func SequenceFlow() lokki.Flow[int] {
	return lokki.Then(lokki.Then(lokki.Start(Upto, 5), Double), Double)
}
