package birds

import (
	"context"

	"example.com/mono/parts"
	"github.com/lokki-build/lokki/lokki"
)

func GetBirds(ctx context.Context, in string) (string, error)  { return in, nil }
func JoinBirds(ctx context.Context, in string) (string, error) { return in, nil }
func Twice(ctx context.Context, in string) (string, error)     { return in, nil }
func Local(ctx context.Context, in string) (string, error)     { return in, nil }

type Result = lokki.Flow[string]

func BirdsFlow() Result {
	step := Local
	v := logged(lokki.Start(GetBirds, ""))
	v = lokki.Then(v, step)
	v = parts.Priced[lokki.Top](v, Twice)
	return lokki.Then(v, JoinBirds)
}

func logged(v lokki.Flow[string]) lokki.Flow[string] { return then(v, parts.Log) }

func then(v lokki.Flow[string], step func(context.Context, string) (string, error)) lokki.Flow[string] {
	return lokki.Then(v, step)
}

// Part isn't a flow: it takes a parameter.
func Part(n int) lokki.Flow[string] { return lokki.Start(NotUsed, "") }

func NotUsed(ctx context.Context, in string) (string, error) { return in, nil }
