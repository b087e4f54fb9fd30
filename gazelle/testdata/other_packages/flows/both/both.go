package both

import (
	"context"

	"example.com/mono/a"
	renamed "example.com/mono/b"
	"github.com/lokki-build/lokki/lokki"
)

func Join(ctx context.Context, in string) (string, error) { return in, nil }

func BothFlow() lokki.Flow[string] {
	listed := lokki.Start(a.List, "")
	return lokki.Then(lokki.Then(listed, renamed.List), Join)
}
