package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error)  { return in, nil }
func FlapBird(ctx context.Context, in string) (string, error)  { return in, nil }
func JoinBirds(ctx context.Context, in string) (string, error) { return in, nil }
func Unused(ctx context.Context, in string) (string, error)    { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, "3")
	flapped := lokki.Map(birds, FlapBird, lokki.Batch(100))
	return lokki.Agg(flapped, JoinBirds)
}
