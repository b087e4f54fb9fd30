// Package birds is the smallest flow with a map: it lists some birds, makes each
// one flap, and joins the results.
package birds

import (
	"context"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/lokki"
)

var all = []string{"goose", "duck", "seagull"}

// Input is what the flow takes: `{"count": 2}`.
type Input struct {
	Count int `json:"count"` // how many birds, 0 to 3
}

// GetBirds lists the first in.Count birds.
func GetBirds(ctx context.Context, in Input) ([]string, error) {
	if in.Count < 0 || in.Count > len(all) {
		return nil, fmt.Errorf("count is %d; there are 0 to %d birds", in.Count, len(all))
	}
	return all[:in.Count], nil
}

// FlapBird makes one bird flap.
func FlapBird(ctx context.Context, bird string) (string, error) {
	return "flappy " + bird, nil
}

// JoinBirds joins all birds in one line.
func JoinBirds(ctx context.Context, birds []string) (string, error) {
	return strings.Join(birds, ", "), nil
}

// BirdsFlow lists the birds, makes them flap in parallel, and joins them.
func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	flapped := lokki.Map(birds, FlapBird)
	return lokki.Agg(flapped, JoinBirds)
}
