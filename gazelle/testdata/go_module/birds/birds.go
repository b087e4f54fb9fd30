package birds

import (
	"context"

	"example.com/mono/parts"
	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error) { return in, nil }

func BirdsFlow() lokki.Flow[string] { return parts.Logged(lokki.Start(GetBirds, ""), 2) }
