package value

import (
	"context"

	l "github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error) { return in, nil }

func ValueFlow() l.Value[l.Top, string] { return l.Start[string, string](GetBirds, "") }
