package birds

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error)   { return in, nil }
func JoinBirds(ctx context.Context, in string) (string, error)  { return in, nil }
func unexported(ctx context.Context, in string) (string, error) { return in, nil }

func generic[T any](ctx context.Context, in T) (T, error) { return in, nil }

func Generic[T any](ctx context.Context, in T) (T, error) { return in, nil }

var all = map[string]func(context.Context, string) (string, error){"join": JoinBirds}

type service struct{}

func (service) Call(ctx context.Context, in string) (string, error) { return in, nil }

func BirdsFlow() lokki.Flow[string] {
	v := lokki.Start(GetBirds, "")
	v = lokki.Then(v, func(ctx context.Context, in string) (string, error) { return in, nil })
	v = lokki.Then(v, service{}.Call)
	v = lokki.Then(v, all["join"])
	v = lokki.Then(v, unexported)
	v = lokki.Then(v, Generic[string])
	step := GetBirds
	if len(all) > 3 {
		step = JoinBirds
	}
	return lokki.Then(v, step)
}
