package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func Birds(ctx context.Context, in string) (string, error)     { return in, nil }
func JoinBirds(ctx context.Context, in string) (string, error) { return in, nil }
func Make(ctx context.Context, in string) (string, error)      { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	return lokki.Then(lokki.Then(lokki.Start(Birds, ""), Make), JoinBirds)
}
