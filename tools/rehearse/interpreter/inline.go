package interpreter

import (
	"context"
	"fmt"
	"sync"
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
		most = inlineLimit
	}
	b, length := v.branch, len(items)
	if err := b.record("MapStateStarted", Details{Length: &length}); err != nil {
		return nil, "", err
	}
	r := &inlineRun{visit: v, state: a, outputs: make([]any, len(items))}
	err = r.all(ctx, input, items, min(int(most), inlineLimit))
	if err != nil {
		return nil, "", err
	}
	return r.outputs, "", b.succeed()
}

// succeed records that a map is done. The next event has the same previous
// event as this one.
func (b *branch) succeed() error {
	before := b.prev
	err := b.record("MapStateSucceeded", Details{})
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
	outputs []any

	mu     sync.Mutex
	failed error // the first failure
	at     int64 // the event at which it failed
}

// all runs the iterations. A slot holds the event that the next iteration in it
// follows.
func (r *inlineRun) all(ctx context.Context, input any, items []any, concurrency int) error {
	b := r.visit.branch
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan int64, concurrency)
	for range concurrency {
		slots <- b.prev
	}
	var wg sync.WaitGroup
	var last int64
	started := b.prev
	r.visit.context() // shared by the iterations from here on
	for i, item := range items {
		var after int64
		select {
		case after = <-slots:
		case <-inner.Done():
		}
		if inner.Err() != nil {
			break
		}
		wg.Go(func() {
			line := &branch{exec: b.exec, prev: after, item: mapItem(i, item)}
			done, err := r.iteration(inner, line, input, i, item)
			if err != nil {
				r.fail(err, line.prev)
				cancel(&stopped{"another iteration failed"})
				return
			}
			r.mu.Lock()
			last = max(last, done)
			r.mu.Unlock()
			slots <- line.prev
		})
	}
	wg.Wait()
	switch {
	case r.failed != nil:
		b.prev = r.at
		return r.failed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	b.prev = max(last, started)
	return nil
}

func (r *inlineRun) fail(err error, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed, r.at = err, at
	}
}

// iteration runs the states for one item, and returns its last event.
func (r *inlineRun) iteration(ctx context.Context, line *branch, input any, i int, item any) (int64, error) {
	d := Details{Name: r.visit.node.name, Index: &i}
	if err := line.record("MapIterationStarted", d); err != nil {
		return 0, err
	}
	var out doc
	in, err := r.input(input, i, item)
	if err == nil {
		out, err = line.walk(ctx, r.state.scope, r.state.scope.start, in, nil)
	}
	end := "Succeeded"
	switch {
	case err != nil && ctx.Err() != nil:
		end = "Aborted"
	case err != nil:
		end = "Failed"
	}
	last := line.prev
	ended := line.record("MapIteration"+end, d)
	done := line.prev
	line.prev = last // what follows has the same previous event
	if err != nil {
		return 0, err
	}
	r.outputs[i] = out.value
	return done, ended
}

// input is what the states of an iteration get.
func (r *inlineRun) input(input any, i int, item any) (doc, error) {
	if r.state.selector != nil {
		var err error
		if item, err = r.state.selector.Eval(r.visit.itemData(input, i, item)); err != nil {
			return doc{}, err
		}
	}
	in := newDoc(item)
	if len(in.text) > dataLimit {
		return doc{}, &Failure{Name: dataError, Cause: fmt.Sprintf("The input of an iteration of the state '%s' exceeds the maximum number of bytes service limit.", r.visit.node.name), terminal: true}
	}
	return in, nil
}
