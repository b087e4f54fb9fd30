package parts

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func Log(ctx context.Context, in string) (string, error)   { return in, nil }
func Price(ctx context.Context, in string) (string, error) { return in, nil }

// Priced is generic over its scope.
func Priced[S any](v lokki.Value[S, string], step func(context.Context, string) (string, error)) lokki.Value[S, string] {
	return lokki.Then(lokki.Then(v, Price), step)
}
