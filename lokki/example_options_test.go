package lokki_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/runner"
)

// Windy is a transient error.
type Windy struct{ Bird string }

func (w *Windy) Error() string { return "too windy for the " + w.Bird }

var gusts atomic.Int64

// TakeOff succeeds on the third attempt.
func TakeOff(ctx context.Context, bird string) (string, error) {
	if gusts.Add(1) <= 2 {
		return "", &Windy{bird}
	}
	return bird + " in the air", nil
}

func TakeOffFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, Input{Count: 1})
	return lokki.Agg(lokki.Map(birds, TakeOff, lokki.Retry[*Windy](lokki.Backoff{Interval: time.Second, Attempts: 5})), JoinBirds)
}

// A step says which of its errors are worth a retry. Tests don't have to wait
// for the pauses.
func ExampleRetry() {
	var calls runner.Recorder
	result, err := runner.Run(context.Background(), TakeOffFlow(), runner.Options{Backoff: runner.NoBackoff, OnCall: calls.Record})
	for _, c := range calls.Calls("take-off") {
		fmt.Println(c.Attempt, c.Err)
	}
	fmt.Println(result, err)
	// Output:
	// 1 too windy for the goose
	// 2 too windy for the goose
	// 3 <nil>
	// goose in the air <nil>
}

// Sleep wakes up when its context ends.
func Sleep(ctx context.Context, bird string) (string, error) {
	select {
	case <-time.After(time.Hour):
		return "rested " + bird, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func SleepFlow() lokki.Flow[string] {
	return lokki.Start(Sleep, "goose", lokki.Timeout(time.Second))
}

// A step that takes too long has its context cancelled and fails with a TimedOut.
func ExampleTimeout() {
	_, err := runner.Run(context.Background(), SleepFlow(), runner.Options{})
	var late lokki.TimedOut
	fmt.Println(errors.As(err, &late), late.After)
	// Output: true 1s
}

func ManyFlow(opts ...lokki.MapOption) lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Count, 6), Square, opts...), Same)
}

// Count lists the numbers below n.
func Count(ctx context.Context, n int) ([]int, error) {
	var list []int
	for i := range n {
		list = append(list, i)
	}
	return list, nil
}

// Square fails for 3.
func Square(ctx context.Context, n int) (int, error) {
	if n == 3 {
		return 0, errors.New("no such square")
	}
	return n * n, nil
}

// A map that tolerates failures continues without the items that failed.
func ExampleTolerateFailures() {
	run(ManyFlow(lokki.TolerateFailures(20)), "")
	_, err := runner.Run(context.Background(), ManyFlow(lokki.TolerateFailures(10)), runner.Options{})
	first, _, _ := strings.Cut(err.Error(), "\n")
	_, what, _ := strings.Cut(first, ": ") // without the position, file:line
	fmt.Println(what)
	// Output:
	// [0 1 4 16 25]
	// the map over square: 1 of 6 children failed; 10% are tolerated
}

// A batch fails as a whole: when one item fails, the others are lost too.
func ExampleBatch() {
	run(ManyFlow(lokki.Batch(2), lokki.TolerateFailures(40)), "")
	// Output: [0 1 16 25]
}

var running, most atomic.Int64

// Land counts the birds that land at the same time.
func Land(ctx context.Context, bird string) (string, error) {
	most.Store(max(most.Load(), running.Add(1)))
	defer running.Add(-1)
	return bird + " on the ground", nil
}

func LandFlow() lokki.Flow[string] {
	return lokki.Agg(lokki.Map(lokki.Start(GetBirds, Input{Count: 3}), Land, lokki.Concurrency(1)), JoinBirds)
}

// There is only one runway: a Concurrency of 1 lets the birds land one at a time.
func ExampleConcurrency() {
	run(LandFlow(), "")
	fmt.Println("at the same time:", most.Load())
	// Output:
	// goose on the ground, duck on the ground, seagull on the ground
	// at the same time: 1
}

func SortedFlow() lokki.Flow[[]string] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	return lokki.Agg(lokki.Map(birds, Shout, lokki.Express(), lokki.Timeout(10*time.Second)), Sorted)
}

// Sorted returns the birds in order.
func Sorted(ctx context.Context, birds []string) ([]string, error) {
	slices.Sort(birds)
	return birds, nil
}

// Quick steps on many items are cheaper as Express workflows. In a local run the
// only difference is the limit of five minutes for a child.
func ExampleExpress() {
	run(SortedFlow(), "")
	// Output: [DUCK GOOSE SEAGULL]
}
