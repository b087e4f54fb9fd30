package main

import (
	"context"
	"runtime"

	"github.com/alitto/pond/v2"
	"golang.org/x/sync/errgroup"

	"github.com/lokki-build/lokki/internal/codec"
)

// The flows written without lokki: a goroutine per item, as many at a time as
// there are CPUs, and results in a list. With the codec, values pass between the
// steps as they do in lokki: no step sees memory that another one can change.

// through passes a value on from one step to the next.
func through[T any](v T, encoded bool) (T, error) {
	if !encoded {
		return v, nil
	}
	var out T
	data, err := codec.Marshal(v)
	if err == nil {
		err = codec.Unmarshal(data, &out)
	}
	return out, err
}

type step[In, Out any] = func(context.Context, In) (Out, error)

// mapped runs a map and its aggregation.
func mapped[T, U any](ctx context.Context, list []T, each step[T, U], agg step[[]U, int], encoded bool) (int, error) {
	results := make([]U, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range list {
		group.Go(func() error {
			item, err := through(list[i], encoded)
			if err != nil {
				return err
			}
			out, err := each(ctx, item)
			if err != nil {
				return err
			}
			results[i], err = through(out, encoded)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return 0, err
	}
	return agg(ctx, results)
}

func loop[T, U any](start step[int, []T], each step[T, U], agg step[[]U, int], encoded bool, result func(int) int) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		list, err := start(ctx, n)
		if err != nil {
			return err
		}
		got, err := mapped(ctx, list, each, agg, encoded)
		return want(result(n))(got, err)
	}
}

func pool[T, U any](start step[int, []T], each step[T, U], agg step[[]U, int], result func(int) int) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		list, err := start(ctx, n)
		if err != nil {
			return err
		}
		workers := pond.NewResultPool[U](runtime.GOMAXPROCS(0))
		defer workers.StopAndWait()
		group := workers.NewGroupContext(ctx)
		for _, item := range list {
			group.SubmitErr(func() (U, error) { return each(ctx, item) })
		}
		results, err := group.Wait()
		if err != nil {
			return err
		}
		got, err := agg(ctx, results)
		return want(result(n))(got, err)
	}
}

func nestedLoop(encoded bool) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		outer, err := Numbers(ctx, n)
		if err != nil {
			return err
		}
		inner := func(ctx context.Context, n int) (int, error) {
			list, err := Same(ctx, n)
			if err != nil {
				return 0, err
			}
			return mapped(ctx, list, Next, Sum, encoded)
		}
		got, err := mapped(ctx, outer, inner, Sum, encoded)
		return want(n*nested*(nested+1)/2)(got, err)
	}
}

func chainLoop(encoded bool) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		v := 0
		for range n {
			next, err := Next(ctx, v)
			if err != nil {
				return err
			}
			if v, err = through(next, encoded); err != nil {
				return err
			}
		}
		return want(n)(v, nil)
	}
}
