package birds

import (
	"context"

	"example.org/parts"
	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error) { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	return lokki.Then(lokki.Start(GetBirds, ""), parts.Join)
}
