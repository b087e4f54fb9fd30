package lokki_test

import (
	"context"
	"path"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
)

// Helpers that make part of a flow, or all of it, with and without inlining.

func begin(n int) lokki.Flow[[]string] { return lokki.Start(GetBirds, Input{Count: n}) }

//go:noinline
func BeginAloud(n int) lokki.Flow[[]string] { return begin(n) }

func finish(birds lokki.Flow[[]string]) lokki.Flow[int] { return lokki.Then(birds, CountAll) }

func Whole[In, Out any](step func(context.Context, In) (Out, error), in In) lokki.Flow[Out] {
	return lokki.Start(step, in)
}

//go:noinline
func wholeNoInline[In, Out any](step func(context.Context, In) (Out, error), in In) lokki.Flow[Out] {
	return func() lokki.Flow[Out] { return lokki.Start(step, in) }()
}

func all() lokki.Flow[int] { return finish(begin(3)) }

type flock[T any] struct{ n int }

func (f flock[T]) Count() lokki.Flow[int] { return lokki.Then(begin(f.n), CountAll) }

type herd struct{ n int }

func (h *herd) Count() lokki.Flow[int] { return lokki.Then(begin(h.n), CountAll) }

func PlainFlow() lokki.Flow[int]            { return lokki.Then(lokki.Start(GetBirds, Input{}), CountAll) }
func HelpedFlow() lokki.Flow[int]           { return lokki.Then(begin(3), CountAll) }
func HelpedAloudFlow() lokki.Flow[int]      { return lokki.Then(BeginAloud(3), CountAll) }
func FinishedFlow() lokki.Flow[int]         { return finish(lokki.Start(GetBirds, Input{Count: 3})) }
func AllHelpedFlow() lokki.Flow[int]        { return all() }
func TwoHelpersFlow() lokki.Flow[int]       { return finish(BeginAloud(3)) }
func OfGenericFlow() lokki.Flow[int]        { return Whole(CountAll, nil) }
func OfGenericLiteralFlow() lokki.Flow[int] { return wholeNoInline(CountAll, nil) }
func OfMethodFlow() lokki.Flow[int]         { return (&herd{3}).Count() }
func OfGenericTypeFlow() lokki.Flow[int]    { return flock[string]{3}.Count() }
func GenericFlow[T any]() lokki.Flow[int] {
	return lokki.Then(lokki.Start(GetBirds, Input{}), CountAll)
}

func LiteralFlow() lokki.Flow[int] {
	return func() lokki.Flow[int] { return lokki.Then(begin(3), CountAll) }()
}

var literalFlow = func() lokki.Flow[int] { return lokki.Then(begin(3), CountAll) }

// TestFlowName finds the name of a flow's function, whichever helpers made the flow.
func TestFlowName(t *testing.T) {
	for want, flow := range map[string]func() lokki.Flow[int]{
		"PlainFlow": PlainFlow, "HelpedFlow": HelpedFlow, "HelpedAloudFlow": HelpedAloudFlow, "FinishedFlow": FinishedFlow,
		"AllHelpedFlow": AllHelpedFlow, "TwoHelpersFlow": TwoHelpersFlow, "OfGenericFlow": OfGenericFlow,
		"OfGenericLiteralFlow": OfGenericLiteralFlow, "OfMethodFlow": OfMethodFlow, "OfGenericTypeFlow": OfGenericTypeFlow,
		"LiteralFlow": LiteralFlow,
		// If no lokki_flow could name any of them, the innermost.
		"GenericFlow": GenericFlow[string], "Whole": func() lokki.Flow[int] { return Whole(CountAll, nil) },
		"wholeNoInline": func() lokki.Flow[int] { return wholeNoInline(CountAll, nil) },
		"all":           all, "Count": func() lokki.Flow[int] { return flock[int]{3}.Count() },
		"TestFlowName": literalFlow,
	} {
		t.Run(want, func(t *testing.T) {
			made := flow()
			here := flowFunction(t, made)
			elsewhere := make(chan string)
			go func() { elsewhere <- flowFunction(t, made) }()
			if other := <-elsewhere; here != want || other != want {
				t.Errorf("got %s, in another goroutine %s", here, other)
			}
		})
	}
}

func VögelFlow() lokki.Flow[int] { return all() }

// TestFlowNameOutsideAToZ is refused both where only the value is known and where
// the function is.
func TestFlowNameOutsideAToZ(t *testing.T) {
	_, byFunction := chain.BuildFunc(VögelFlow)
	for _, err := range []error{lokki.Validate(VögelFlow()), byFunction} {
		want := ": naming the flow: the name \"VögelFlow\" has characters other than the letters A to Z, digits and underscores\nhint: rename the flow function"
		if err == nil || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "flowname_test.go:") {
			t.Errorf("got %v", err)
		}
	}
}

func TestFlowNameOfATest(t *testing.T) {
	if got, want := flowFunction(t, lokki.Then(begin(3), CountAll)), "TestFlowNameOfATest"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// flowFunction returns the name of the function that a flow is named after.
func flowFunction[T any](t *testing.T, flow lokki.Flow[T]) string {
	built, err := chain.Build(flow)
	if err != nil {
		t.Error(err)
		return ""
	}
	return path.Ext(built.Plan.Graph.Function)[1:]
}
