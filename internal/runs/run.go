package runs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// Run is an open run.
type Run struct {
	Record
	Notes []string // how it was resumed, for the user

	place *Location
	nodes []envelope.Keys // of the run that has each node's values

	// Nodes from fresh on have no values yet. Nodes from frozen to fresh get no
	// new values, because their code has changed.
	frozen, fresh int
}

func newRun(p *Location, r Record, frozen, fresh int) *Run {
	run := &Run{Record: r, place: p, frozen: frozen, fresh: fresh}
	for _, s := range r.Steps {
		run.nodes = append(run.nodes, p.keys(r.Flow, s.Run))
	}
	return run
}

// Find returns the stored values of one call of a node, or nil; there must be
// items of them. split is the batch size of the map that takes the value next,
// or 0.
func (r *Run) Find(ctx context.Context, node int, path []int, items, split int) ([][]byte, error) {
	if node >= r.fresh {
		return nil, nil
	}
	values, err := r.stored(ctx, node, pathOf(path), split)
	switch {
	case errors.Is(err, store.ErrNotFound) && node >= r.frozen:
		return nil, fmt.Errorf("run %s has no output of %s, and its code has changed since\nhint: resume without --from", r.Base, r.describe(node, path))
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err == nil && len(values) != items:
		return nil, fmt.Errorf("run %s has %d values of %s, want %d\nhint: did its lokki.Batch change?", r.Steps[node].Run, len(values), r.describe(node, path), items)
	}
	return values, err
}

func (r *Run) stored(ctx context.Context, node int, path string, split int) ([][]byte, error) {
	k, name := r.nodes[node], r.Steps[node].Name
	if split == 0 {
		return r.place.lines(ctx, k.Output(name, path))
	}
	list, err := r.place.list(ctx, listKeys(k, name, path), split)
	if err != nil {
		return nil, err
	}
	return [][]byte{joined(list)}, nil
}

func listKeys(k envelope.Keys, name, path string) fanout.Keys {
	return fanout.Keys{Items: k.Items(name, path), Batches: k.Batches(name, path)}
}

// lingering is how long storing a result may take after the run was stopped, so
// that a finished call needn't run again.
const lingering = 900 * time.Millisecond

// linger returns a context that ends some time after ctx.
func linger(ctx context.Context) (context.Context, func()) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lingering, cancel) })
	return own, func() { stop(); cancel() }
}

// Keep stores the values of a call, even if ctx has ended in the meantime.
func (r *Run) Keep(ctx context.Context, node int, path []int, split int, values [][]byte) error {
	if r.place.dir == nil {
		own, end := linger(ctx)
		defer end()
		ctx = own
	} else {
		ctx = context.WithoutCancel(ctx)
	}
	k, name, at := r.nodes[node], r.Steps[node].Name, pathOf(path)
	if split == 0 {
		return r.place.putLines(ctx, k.Output(name, at), values)
	}
	list, err := elements(values[0])
	if err != nil {
		return err
	}
	return r.place.putList(ctx, listKeys(k, name, at), split, list)
}

// describe names a call for the user, as in "flap-bird[3]".
func (r *Run) describe(node int, path []int) string {
	s := r.Steps[node].Name
	for _, i := range path {
		s += "[" + strconv.Itoa(i) + "]"
	}
	return s
}

func pathOf(index []int) string {
	path := make([]byte, 0, 16)
	for _, i := range index {
		path = append(strconv.AppendInt(path, int64(i), 10), '/')
	}
	return string(path)
}

// elements returns the elements of a JSON array.
func elements(array []byte) (list [][]byte, err error) {
	for item, err := range fanout.SplitArray(array) {
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

func joined(list [][]byte) []byte {
	size := 2
	for _, item := range list {
		size += len(item) + 1
	}
	array := append(make([]byte, 0, size), '[')
	for i, item := range list {
		if i > 0 {
			array = append(array, ',')
		}
		array = append(array, item...)
	}
	return append(array, ']')
}
