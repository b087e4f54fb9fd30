// Package lokkitest has the flows that lokki's own tests share.
package lokkitest

import (
	"context"
	"strings"

	"github.com/lokki-build/lokki/lokki"
)

// Input is what GetBirds takes.
type Input struct {
	Count int `json:"count"`
}

var birds = []string{"goose", "duck", "seagull"}

// GetBirds lists the first in.Count birds.
func GetBirds(ctx context.Context, in Input) ([]string, error) {
	return birds[:min(max(in.Count, 0), len(birds))], nil
}

// FlapBird makes a bird flap.
func FlapBird(ctx context.Context, bird string) (string, error) { return "flappy " + bird, nil }

// JoinBirds lists the birds in one string.
func JoinBirds(ctx context.Context, birds []string) (string, error) {
	return strings.Join(birds, ", "), nil
}

// BirdsFlow is the smallest flow with a map.
func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	flapped := lokki.Map(birds, FlapBird)
	return lokki.Agg(flapped, JoinBirds)
}
