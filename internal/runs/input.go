package runs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/store"
)

// OpenReadOnly opens a run without changing it.
func OpenReadOnly(ctx context.Context, c Config) (*Run, error) {
	return c.open(ctx, c.openReadOnly)
}

func (c Config) openReadOnly(ctx context.Context, p *storage, now Record) (*Run, error) {
	was, _, err := c.find(ctx, p, now)
	if err != nil {
		return nil, err
	}
	for i := range c.Plan.Steps {
		if why, readable := was.difference(now, i); !readable {
			return nil, UsageError{fmt.Errorf("run %s no longer matches this flow: of %s, %s", was.Run, c.Plan.Steps[i].Name, why)}
		}
	}
	return newRun(p, was, len(was.Steps), len(was.Steps)), nil
}

// Input returns what a step was given in one call. index has one index for each
// map around the step, outermost first.
func (r *Run) Input(ctx context.Context, step string, index []int) (node int, input []byte, err error) {
	node, err = stepNamed(r.plan, step)
	if err != nil {
		return 0, nil, err
	}
	n := r.plan.Steps[node]
	if len(index) != len(n.Scope()) {
		return 0, nil, UsageError{wrongDepth(n, index)}
	}
	if err := r.inRange(ctx, n, index); err != nil {
		return 0, nil, err
	}
	input, err = r.input(ctx, node, index)
	if errors.Is(err, store.ErrNotFound) {
		err = UsageError{fmt.Errorf("run %s has no input for %s: %s did not finish\nhint: resume the run to run it",
			r.Record.Run, r.describe(node, index), r.plan.From(n).Name)}
	}
	return node, input, err
}

func wrongDepth(n *plan.Step, index []int) error {
	scope := n.Scope()
	given := "none was given"
	if len(index) > 0 {
		given = fmt.Sprintf("%s has %d", strings.TrimSuffix(pathOf(index), "/"), len(index))
	}
	switch len(scope) {
	case 0:
		return fmt.Errorf("%s is in no map, so its call has no index: %s\nhint: leave --at out", n.Name, given)
	case 1:
		return fmt.Errorf("%s is in the map %s: want one index, %s\nhint: as in --at 3", n.Name, scope[0], given)
	}
	return fmt.Errorf("%s is in the maps %s: want %d indices, %s\nhint: as in --at 3%s", n.Name, strings.Join(scope, ", "),
		len(scope), given, strings.Repeat("/17", len(scope)-1))
}

// inRange checks each index against the list of its map.
func (r *Run) inRange(ctx context.Context, n *plan.Step, index []int) error {
	for depth, m := range n.Around() {
		first := m.First().Index
		list, err := r.listFor(ctx, m, index[:depth])
		if errors.Is(err, store.ErrNotFound) {
			return UsageError{fmt.Errorf("run %s has no input for %s: %s did not finish\nhint: resume the run to run it",
				r.Record.Run, r.describe(first, index[:depth+1]), r.describe(m.List.Index, index[:depth]))}
		}
		if err != nil {
			return err
		}
		if i := index[depth]; i < 0 || i >= len(list) {
			return UsageError{fmt.Errorf("index %d is out of range: %s has %s", i, r.describe(first, index[:depth]), countOf(len(list)))}
		}
	}
	return nil
}

func countOf(n int) string {
	switch n {
	case 0:
		return "no items"
	case 1:
		return "one item, 0"
	}
	return fmt.Sprintf("items 0 to %d", n-1)
}

// listFor returns the list whose items a map takes, at an index of the maps around it.
func (r *Run) listFor(ctx context.Context, m *plan.Map, index []int) ([][]byte, error) {
	from := m.List.Index
	return r.storage.list(ctx, listKeys(r.nodes[from], m.List.Name, pathOf(index)), m.BatchSize())
}

func (r *Run) input(ctx context.Context, node int, index []int) ([]byte, error) {
	n := r.plan.Steps[node]
	switch n.Takes().As {
	case graph.Input:
		return r.Argument, nil
	case graph.Item:
		list, err := r.listFor(ctx, n.In, index[:len(index)-1])
		if err != nil {
			return nil, err
		}
		return list[index[len(index)-1]], nil
	case graph.Results:
		return r.gather(ctx, n, index)
	}
	source := r.plan.From(n)
	from, at := r.nodes[source.Index].Output(source.Name, ""), 0
	if last := len(index) - 1; last >= 0 {
		at = index[last] % n.In.BatchSize()
		from = r.nodes[source.Index].Output(source.Name, envelope.Child(pathOf(index[:last]), index[last]-at))
	}
	values, err := r.storage.lines(ctx, from)
	if err == nil && at >= len(values) {
		err = fmt.Errorf("%s has %d values, want more than %d", from, len(values), at)
	}
	if err != nil {
		return nil, err
	}
	return values[at], nil
}

// gather returns the list of a map's results, as its aggregation gets it.
func (r *Run) gather(ctx context.Context, n *plan.Step, index []int) ([]byte, error) {
	m, last := n.Closes, r.plan.From(n)
	list, err := r.listFor(ctx, m, index)
	if err != nil {
		return nil, err
	}
	path := pathOf(index)
	results := make([][]byte, len(list))
	output := func(first int) string {
		return r.nodes[last.Index].Output(last.Name, envelope.Child(path, first))
	}
	item := func(i int, value []byte) error {
		results[i] = value
		return nil
	}
	if m.Tolerate == 0 {
		return gathered(results, fanout.Gather(ctx, r.storage.store, len(list), m.BatchSize(), output, item))
	}
	_, err = fanout.GatherFound(ctx, r.storage.store, len(list), m.BatchSize(), output, item)
	return gathered(results, err)
}

// gathered joins the results into one list.
func gathered(results [][]byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	found := results[:0]
	for _, v := range results {
		if v != nil {
			found = append(found, v)
		}
	}
	return joined(found), nil
}
