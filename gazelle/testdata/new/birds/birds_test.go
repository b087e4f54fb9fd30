package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func TestStep(ctx context.Context, in string) (string, error) { return in, nil }

func TestOnlyFlow() lokki.Flow[string] { return lokki.Start(TestStep, "") }
