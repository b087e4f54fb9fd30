package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error) { return in, nil }

type other struct{}

func (other) Start(step func(context.Context, string) (string, error), in string) string { return in }

func Decoy(ctx context.Context, in string) (string, error) { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	flow := lokki.Start(GetBirds, "")
	{
		lokki := other{}
		lokki.Start(Decoy, "")
	}
	return flow
}
