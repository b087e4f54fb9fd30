package dot

import (
	"context"

	. "github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error) { return in, nil }

func DotFlow() Flow[string] { return Start(GetBirds, "") }
