package runner_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lokki-build/lokki/internal/testflows"
	"github.com/lokki-build/lokki/runner"
)

// The result has the type that the flow function says.
func ExampleRun() {
	birds, err := runner.Run(context.Background(), testflows.BirdsFlow(), runner.Options{
		Input: json.RawMessage(`{"count": 2}`),
	})
	fmt.Println(birds, err)
	// Output: flappy goose, flappy duck <nil>
}

// The error of a wrong input has the field's path.
func ExampleRun_input() {
	_, err := runner.Run(context.Background(), testflows.WordsFlow(), runner.Options{
		Input: json.RawMessage(`{"options": {"seperator": ","}}`),
	})
	fmt.Println(err)
	// Output:
	// the input does not fit testflows.WordsInput:
	// options.seperator: no such field
	// hint: did you mean "options.separator"?
}
