package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error)   { return in, nil }
func JoinBirds(ctx context.Context, in string) (string, error)  { return in, nil }
func CountBirds(ctx context.Context, in string) (string, error) { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, "3")
	return lokki.Then(birds, JoinBirds)
}

func CountFlow() lokki.Flow[string] {
	return lokki.Then(lokki.Start(GetBirds, "9"), CountBirds)
}

// HTTPFlow has a name that its target's name doesn't give back.
func HTTPFlow() lokki.Flow[string] { return lokki.Start(GetURL, "") }

func GetURL(ctx context.Context, in string) (string, error) { return in, nil }
