package birds_test

import (
	"testing"

	birds "github.com/lokki-build/lokki/examples/flows"
	"github.com/lokki-build/lokki/runner"
)

func TestBirdsFlow(t *testing.T) {
	for _, test := range []struct{ name, input, want string }{
		{"defaults", ``, "flappy goose, flappy duck, flappy seagull"},
		{"fewer birds", `{"count": 2}`, "flappy goose, flappy duck"},
		{"no birds", `{"count": 0}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := runner.Run(t.Context(), birds.BirdsFlow(), runner.Options{Input: []byte(test.input)})
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
