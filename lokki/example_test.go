package lokki_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/runner"
)

type Input struct {
	Count int `json:"count"`
}

func GetBirds(ctx context.Context, in Input) ([]string, error) {
	return []string{"goose", "duck", "seagull"}[:in.Count], nil
}
func FlapBird(ctx context.Context, bird string) (string, error) { return "flappy " + bird, nil }
func Shout(ctx context.Context, s string) (string, error)       { return strings.ToUpper(s), nil }
func Letters(ctx context.Context, s string) ([]string, error)   { return strings.Split(s, ""), nil }
func CountAll(ctx context.Context, s []string) (int, error)     { return len(s), nil }
func JoinBirds(ctx context.Context, birds []string) (string, error) {
	return strings.Join(birds, ", "), nil
}

// run runs a flow and prints its result.
func run[T any](flow lokki.Flow[T], input string) {
	result, err := runner.Run(context.Background(), flow, runner.Options{Input: json.RawMessage(input)})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(result)
}

func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	flapped := lokki.Map(birds, FlapBird)
	return lokki.Agg(flapped, JoinBirds)
}

// A complete flow: a list, a map over it, and its aggregation.
func Example() {
	run(BirdsFlow(), "")
	run(BirdsFlow(), `{"count": 2}`)
	// Output:
	// flappy goose, flappy duck, flappy seagull
	// flappy goose, flappy duck
}

func FirstFlow() lokki.Flow[[]string] {
	return lokki.Start(GetBirds, Input{Count: 1})
}

// The execution's input overrides the defaults field by field.
func ExampleStart() {
	run(FirstFlow(), "")
	run(FirstFlow(), `{"count": 2}`)
	// Output:
	// [goose]
	// [goose duck]
}

func ShoutFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	joined := lokki.Then(birds, JoinBirds)
	return lokki.Then(joined, Shout)
}

func ExampleThen() {
	run(ShoutFlow(), "")
	// Output: GOOSE, DUCK, SEAGULL
}

func LoudFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 2})
	flapped := lokki.Map(birds, FlapBird)
	loud := lokki.Then(flapped, Shout) // still inside the map: once for each bird
	return lokki.Agg(loud, JoinBirds)
}

func ExampleMap() {
	run(LoudFlow(), "")
	// Output: FLAPPY GOOSE, FLAPPY DUCK
}

func LettersFlow() lokki.Flow[[]int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	letters := lokki.Map(birds, Letters)
	loud := lokki.Map(letters, Shout)   // once for each letter of each bird
	counts := lokki.Agg(loud, CountAll) // once for each bird
	return lokki.Agg(counts, Same)      // once
}

func Same(ctx context.Context, n []int) ([]int, error) { return n, nil }

// Maps nest, and each Agg closes the innermost one.
func ExampleMap_nested() {
	run(LettersFlow(), "")
	// Output: [5 4 7]
}

func CountFlow() lokki.Flow[int] {
	return lokki.Agg(lokki.Map(lokki.Start(GetBirds, Input{}), FlapBird), CountAll)
}

// The list is in the order of the items, and empty if there were none.
func ExampleAgg() {
	run(CountFlow(), `{"count": 3}`)
	run(CountFlow(), `{"count": 0}`)
	// Output:
	// 3
	// 0
}

func ClosureFlow() lokki.Flow[string] {
	end := "!"
	return lokki.Then(lokki.Start(Shout, "goose"), func(ctx context.Context, s string) (string, error) {
		return s + end, nil
	})
}

func ExampleValidate() {
	err := lokki.Validate(ClosureFlow())
	_, problem, _ := strings.Cut(err.Error(), ": ") // without the position, file:line
	fmt.Println(problem)
	// Output:
	// step ClosureFlow.func1: it is a closure or a function literal
	// hint: move it to a top-level function; pass what it captures in its argument
}
