package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
	"github.com/lokki-build/lokki/runner"
)

// The result has the type of the flow function.
func ExampleRun() {
	birds, err := runner.Run(context.Background(), lokkitest.BirdsFlow(), runner.Options{
		Input: json.RawMessage(`{"count": 2}`),
	})
	fmt.Println(birds, err)
	// Output: flappy goose, flappy duck <nil>
}

// The error of a wrong input has the field's path.
func ExampleRun_input() {
	_, err := runner.Run(context.Background(), lokkitest.WordsFlow(), runner.Options{
		Input: json.RawMessage(`{"options": {"seperator": ","}}`),
	})
	fmt.Println(err)
	// Output:
	// the input does not fit lokkitest.WordsInput:
	// options.seperator: no such field
	// hint: did you mean "options.separator"?
}

// A test makes a step fail that otherwise wouldn't, and checks what happens: here
// with an error that every step retries.
func ExampleOptions_inject() {
	birds, err := runner.Run(context.Background(), lokkitest.BirdsFlow(), runner.Options{
		Backoff: runner.NoBackoff,
		Inject: func(step string, index []int, attempt int) error {
			if step == "flap-bird" && index[0] == 1 && attempt == 1 {
				fmt.Println("the duck does not flap")
				return lokki.Transient(errors.New("out of breath"))
			}
			return nil
		},
	})
	fmt.Println(birds, err)
	// Output:
	// the duck does not flap
	// flappy goose, flappy duck, flappy seagull <nil>
}

// A test can examine what passes between the steps.
func ExampleRecorder() {
	var calls runner.Recorder
	_, err := runner.Run(context.Background(), lokkitest.BirdsFlow(), runner.Options{OnCall: calls.Record})
	for _, c := range calls.Calls("flap-bird") {
		fmt.Printf("%v: %s -> %s\n", c.Index, c.Input, c.Output)
	}
	fmt.Println(err)
	// Output:
	// [0]: "goose" -> "flappy goose"
	// [1]: "duck" -> "flappy duck"
	// [2]: "seagull" -> "flappy seagull"
	// <nil>
}
