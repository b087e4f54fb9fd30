package interpreter

import (
	"context"
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// run runs the map: inline here, distributed as a map run.
func (a *mapState) run(ctx context.Context, v *visit, input any) (any, string, error) {
	if a.distributed {
		return a.runDistributed(ctx, v, input)
	}
	items, err := a.itemsOf(v, input)
	if err != nil {
		return nil, "", err
	}
	most, given, err := a.concurrency.get(v.data(input))
	if err != nil {
		return nil, "", err
	}
	if !given || most == 0 {
		most = awslimits.InlineIterations
	}
	b, length := v.branch, len(items)
	if err := b.record("MapStateStarted", Details{Length: &length}); err != nil {
		return nil, "", err
	}
	r := &inlineRun{visit: v, state: a, input: input, outputs: make([]any, len(items))}
	if err := r.all(ctx, items, min(int(most), awslimits.InlineIterations)); err != nil {
		return nil, "", err
	}
	return r.outputs, "", b.succeed("Map")
}

// succeed records that a Map or a Parallel is done. The next event has the same
// previous event as this one.
func (b *branch) succeed(kind string) error {
	before := b.prev
	err := b.record(kind+"StateSucceeded", Details{})
	b.prev = before
	return err
}

// itemsOf returns the items that ItemsPath selects.
func (a *mapState) itemsOf(v *visit, input any) ([]any, error) {
	value, err := a.items.Get(v.data(input))
	if err != nil {
		return nil, badPath(a.items, err)
	}
	if _, ok := value.(map[string]any); ok {
		return nil, fmt.Errorf("%s: a Map over the members of an object is not supported here", v.node.name)
	}
	items, ok := value.([]any)
	if !ok {
		return nil, runtimeFault("Reference path \"%s\" must point to array.", a.items)
	}
	return items, nil
}

// inlineRun is one run of an inline map.
type inlineRun struct {
	visit   *visit
	state   *mapState
	input   any // the map's
	outputs []any
}

// all runs the iterations. A slot holds the event that the next iteration in it
// follows.
func (r *inlineRun) all(ctx context.Context, items []any, concurrency int) error {
	b := r.visit.branch
	slots := make(chan int64, concurrency)
	for range concurrency {
		slots <- b.prev
	}
	r.visit.context() // shared by the iterations from here on
	f := b.fork(ctx)
	for i, item := range items {
		var after int64
		select {
		case after = <-slots:
		case <-f.ctx.Done():
		}
		if f.ctx.Err() != nil {
			break
		}
		line := &branch{prev: after, item: mapItem(i, item), iteration: &Details{Name: r.visit.node.name, Index: &i}}
		f.start(line, func(ctx context.Context) (int64, error) {
			last, err := r.iterate(ctx, line, i, item)
			if err == nil {
				slots <- line.prev
			}
			return last, err
		})
	}
	if err := f.wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// iterate runs the states for one item, and returns its last event. What follows
// has the same previous event as that.
func (r *inlineRun) iterate(ctx context.Context, line *branch, i int, item any) (int64, error) {
	if err := line.record("MapIterationStarted", *line.iteration); err != nil {
		return 0, err
	}
	in, err := r.inputOf(i, item)
	if err != nil {
		return 0, err
	}
	out, err := line.walk(ctx, r.state.scope, r.state.scope.start, in, nil)
	if err != nil {
		return 0, err
	}
	r.outputs[i] = out.value
	before := line.prev
	err = line.record("MapIterationSucceeded", *line.iteration)
	last := line.prev
	line.prev = before
	return last, err
}

// inputOf is what the states of an iteration get.
func (r *inlineRun) inputOf(i int, item any) (doc, error) {
	if r.state.selector != nil {
		var err error
		if item, err = r.state.selector.Eval(r.visit.itemData(r.input, i, item)); err != nil {
			return doc{}, err
		}
	}
	in := newDoc(item)
	if len(in.text) > awslimits.StateBytes {
		return doc{}, &Failure{Name: awslimits.DataLimit, Cause: fmt.Sprintf("The input of an iteration of the state '%s' exceeds the maximum number of bytes service limit.", r.visit.node.name), terminal: true}
	}
	return in, nil
}
