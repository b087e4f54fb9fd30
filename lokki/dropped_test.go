package lokki_test

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
)

func Notify(ctx context.Context, birds []string) (bool, error) { return true, nil }
func Log(ctx context.Context, sent bool) (bool, error)         { return true, nil }

func Double(ctx context.Context, n int) (int, error) { return 2 * n, nil }

func SecondFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	lokki.Then(birds, Notify)
	return lokki.Then(birds, CountAll)
}

func AfterTheEndFlow() lokki.Flow[int] {
	count := lokki.Then(lokki.Start(GetBirds, Input{Count: 3}), CountAll)
	lokki.Then(count, Double)
	return count
}

func BranchFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	sent := lokki.Then(birds, Notify)
	lokki.Then(sent, Log)
	return lokki.Then(birds, CountAll)
}

func UnclosedFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	lokki.Then(lokki.Map(birds, FlapBird), Shout)
	return lokki.Then(birds, CountAll)
}

func InsideFlow() lokki.Flow[int] {
	flapped := lokki.Map(lokki.Start(GetBirds, Input{Count: 3}), FlapBird)
	lokki.Agg(flapped, JoinBirds)
	return lokki.Agg(flapped, CountAll)
}

func LoopFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	for range 3 {
		lokki.Then(birds, Notify)
	}
	return lokki.Then(birds, CountAll)
}

func NilFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	lokki.Then[lokki.Top, []string, int](birds, nil)
	return lokki.Then(birds, CountAll)
}

func TwoStartsFlow() lokki.Flow[int] {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	lokki.Then(birds, Notify)
	more := lokki.Start(GetBirds, Input{Count: 1})
	return lokki.Then(more, CountAll)
}

func NothingFlow() lokki.Flow[int] {
	lokki.Start(GetBirds, Input{Count: 3})
	return lokki.Flow[int]{}
}

const (
	never = ": the flow's result doesn't depend on it, so it would never run"
	hint  = "\nhint: a flow is one chain: put the step into it or remove the call; flows that share steps each call lokki.Start"
)

// TestDroppedSteps wants an error for each step that would never run, with its
// position and that of the call that continues the flow instead.
func TestDroppedSteps(t *testing.T) {
	goesOn := never + ": after step get-birds the flow continues with step count-all at [return lokki.Then(birds, CountAll)]" + hint
	begins := never + ": the flow begins with step get-birds at [more := lokki.Start(GetBirds, Input{Count: 1})]" + hint
	for name, c := range map[string]struct {
		flow func() lokki.Flow[int]
		want string // positions as the code that is there
	}{
		"a second taker": {SecondFlow, "[lokki.Then(birds, Notify)]: step notify" + goesOn},
		"after the end": {AfterTheEndFlow, "[lokki.Then(count, Double)]: step double" + never +
			": the flow ends with step count-all at [count := lokki.Then(lokki.Start(GetBirds, Input{Count: 3}), CountAll)]" + hint},
		"a branch": {BranchFlow, "[sent := lokki.Then(birds, Notify)]: step notify" + goesOn +
			"\n[lokki.Then(sent, Log)]: step log" + goesOn},
		"a map without Agg": {UnclosedFlow, "[lokki.Then(lokki.Map(birds, FlapBird), Shout)]: step flap-bird" + goesOn +
			"\n[lokki.Then(lokki.Map(birds, FlapBird), Shout)]: step shout" + goesOn},
		"inside a map": {InsideFlow, "[lokki.Agg(flapped, JoinBirds)]: step join-birds" + never +
			": after step flap-bird the flow continues with step count-all at [return lokki.Agg(flapped, CountAll)]" + hint},
		"in a loop": {LoopFlow, "[lokki.Then(birds, Notify)]: step notify" + goesOn},
		"nil":       {NilFlow, "[lokki.Then[lokki.Top, []string, int](birds, nil)]: step then" + goesOn},
		// The value doesn't tell of another chain; the flow function's call does.
		"two starts": {TwoStartsFlow, "[birds := lokki.Start(GetBirds, Input{Count: 3})]: step get-birds" + begins +
			"\n[lokki.Then(birds, Notify)]: step notify" + begins},
		"no value": {NothingFlow, "the flow has no steps\nhint: begin the chain with lokki.Start: a zero lokki.Value has no chain" +
			"\n[lokki.Start(GetBirds, Input{Count: 3})]: step get-birds" + never + hint},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // flow functions called at the same time don't affect this one
			_, err := chain.BuildFunc(c.flow)
			if got := withCode(t, err); got != c.want {
				t.Errorf("by the function, got:\n%s\nwant:\n%s", got, c.want)
			}
			if name == "two starts" || name == "no value" {
				return
			}
			flow := c.flow()
			for range 2 {
				if got := withCode(t, lokki.Validate(flow)); got != c.want {
					t.Errorf("by the value, got:\n%s\nwant:\n%s", got, c.want)
				}
			}
		})
	}
}

var position = regexp.MustCompile(`[\w./]*\bdropped_test\.go:(\d+)`)

// withCode returns an error's text, with each position replaced by the code there.
func withCode(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	data, readErr := os.ReadFile("dropped_test.go")
	if readErr != nil {
		t.Fatal(readErr)
	}
	lines := strings.Split(string(data), "\n")
	return position.ReplaceAllStringFunc(err.Error(), func(s string) string {
		n, _ := strconv.Atoi(position.FindStringSubmatch(s)[1])
		return "[" + strings.TrimSpace(lines[n-1]) + "]"
	})
}

var shared = lokki.Start(GetBirds, Input{Count: 3})

var continued = sync.OnceValue(func() lokki.Flow[int] { return lokki.Then(shared, CountAll) })

func SharedFlow() lokki.Flow[int] { return continued() }

func TestStartInAPackageVariable(t *testing.T) {
	want := "[var shared = lokki.Start(GetBirds, Input{Count: 3})]: lokki.Start is called while the package is initialized, " +
		"in a package variable or init function\nhint: call it in the flow function, so that each flow has its own"
	flow := SharedFlow()
	if got := withCode(t, lokki.Validate(flow)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	_, err := chain.BuildFunc(SharedFlow)
	if got := withCode(t, err); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestValueOfTwoFlows has a value that two flows continue from: it doesn't
// belong to one of them alone.
func TestValueOfTwoFlows(t *testing.T) {
	birds := lokki.Start(GetBirds, Input{Count: 3})
	count := lokki.Then(birds, CountAll)
	if err := lokki.Validate(count); err != nil {
		t.Errorf("while there is one flow: %v", err)
	}
	sent := lokki.Then(birds, Notify)
	for name, err := range map[string]error{"count-all": lokki.Validate(count), "notify": lokki.Validate(sent)} {
		if err == nil || !strings.Contains(err.Error(), never+": after step get-birds the flow continues with step "+name) {
			t.Errorf("got %v", err)
		}
	}
	if err := lokki.Validate(lokki.Then(sent, Log)); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v, want one problem", err)
	}
}
