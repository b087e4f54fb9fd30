package lokki

import (
	"context"
	"reflect"

	"github.com/lokki-build/lokki/internal/chain"
)

// Top is the scope outside every map.
type Top struct{}

// Each is the scope inside one map that was opened in scope S.
type Each[S any] struct {
	_ [0]S
}

// Value is a value of type T that a step computes in scope S when the flow
// runs. While the flow is being built, a Value holds no data, only where it will
// come from. Values are immutable, and a flow is one chain: one step takes the
// value, or the flow function returns it. A step whose result is not used would
// never run, so building the flow reports an error.
type Value[S, T any] struct {
	_ [0]func(S) T // tells instances apart and keeps them from being compared
	handle
}

// handle is embedded under a name that isn't exported.
type handle = chain.Handle

// Flow is what a flow function returns: a value of type T outside every map.
type Flow[T any] = Value[Top, T]

// Start begins a flow with a step that takes the execution's input. The input
// overrides defaults, field by field; without input the step gets defaults.
func Start[In, Out any](step func(context.Context, In) (Out, error), defaults In, opts ...StepOption) Flow[Out] {
	n := chain.New(nil, chain.Start, step, chain.Caller(1))
	n.SetDefaults(defaults)
	return Flow[Out]{handle: chain.HandleOf(withStep(n, opts))}
}

// Then continues with a step that takes the whole value of v. Inside a map it
// runs once for each item.
func Then[S, T, U any](v Value[S, T], step func(context.Context, T) (U, error), opts ...StepOption) Value[S, U] {
	n := chain.New(chain.NodeOf(v), chain.Then, step, chain.Caller(1))
	return Value[S, U]{handle: chain.HandleOf(withStep(n, opts))}
}

// Map opens a map over the list v: step runs once for each item, in parallel as
// far as the machines allow. What follows belongs to the map and also runs for
// each item, until Agg closes it. A Map inside a map is nested.
func Map[S any, L ~[]T, T, U any](v Value[S, L], step func(context.Context, T) (U, error), opts ...MapOption) Value[Each[S], U] {
	n := chain.New(chain.NodeOf(v), chain.Map, step, chain.Caller(1))
	n.List = reflect.TypeFor[L]()
	return Value[Each[S], U]{handle: chain.HandleOf(withMap(n, opts))}
}

// Agg closes the innermost map: step takes the results of all its items, in
// the order of the items. Without items it gets an empty list, not nil.
func Agg[S, T, U any](v Value[Each[S], T], step func(context.Context, []T) (U, error), opts ...StepOption) Value[S, U] {
	n := chain.New(chain.NodeOf(v), chain.Agg, step, chain.Caller(1))
	return Value[S, U]{handle: chain.HandleOf(withStep(n, opts))}
}

// Validate reports everything that is wrong with a flow as joined errors, one
// problem after the other:
//
//	flows/birds.go:32: step BirdsFlow.func1: it is a closure or a function literal
//	hint: move it to a top-level function; pass what it captures in its argument
//
// Building and running a flow begin with the same check; calling it in a test is
// the quickest way to run it. A chain unconnected to that of flow is noticed only
// when the flow is built or run by its function, as in Bazel.
func Validate[T any](flow Flow[T]) error {
	_, err := chain.Build(flow)
	return err
}
