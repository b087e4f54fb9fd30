package parts

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func Log(ctx context.Context, in string) (string, error) { return in, nil }

func Logged(v lokki.Flow[string], n int) lokki.Flow[string] {
	if n == 0 {
		return v
	}
	return Logged(lokki.Then(v, Log), n-1)
}
