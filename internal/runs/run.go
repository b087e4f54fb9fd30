package runs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// Run is an open run, which stores the results of calls in a directory or a bucket.
// It also finds those of the run that it resumes, as far as they are still valid.
type Run struct {
	Record
	Notes []string // its id, or how it was resumed, for the user

	storage *storage
	nodes   []envelope.Keys // of the run that has each node's values

	// Nodes from fresh on have no values yet. Nodes from frozen to fresh get no
	// new values, because their code has changed.
	frozen, fresh int
}

func newRun(p *storage, r Record, frozen, fresh int) *Run {
	run := &Run{Record: r, storage: p, frozen: frozen, fresh: fresh}
	for _, s := range r.Steps {
		run.nodes = append(run.nodes, p.keys(r.Flow, s.Run))
	}
	return run
}

// Close makes sure that what was stored is on disk.
func (r *Run) Close() error { return r.storage.close() }

// Get returns the stored values of a call, or nil.
func (r *Run) Get(ctx context.Context, c engine.Call) ([][]byte, error) {
	node := c.Node
	if node >= r.fresh {
		return nil, nil
	}
	values, err := r.stored(ctx, node, pathOf(c.Path), c.Split)
	switch {
	case errors.Is(err, store.ErrNotFound) && node >= r.frozen:
		return nil, fmt.Errorf("run %s has no output of %s, and its code has changed since\nhint: resume without --from", r.Base, r.describe(node, c.Path))
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err == nil && len(values) != c.Items:
		return nil, fmt.Errorf("run %s has %d values of %s, want %d\nhint: did its lokki.Batch change?", r.Steps[node].Run, len(values), r.describe(node, c.Path), c.Items)
	}
	return values, err
}

func (r *Run) stored(ctx context.Context, node int, path string, split int) ([][]byte, error) {
	k, name := r.nodes[node], r.Steps[node].Name
	if split == 0 {
		return r.storage.lines(ctx, k.Output(name, path))
	}
	list, err := r.storage.list(ctx, listKeys(k, name, path), split)
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

// Put stores the values of a call, even if ctx has ended in the meantime.
func (r *Run) Put(ctx context.Context, c engine.Call, values [][]byte) error {
	if r.storage.dir == nil {
		own, end := linger(ctx)
		defer end()
		ctx = own
	} else {
		ctx = context.WithoutCancel(ctx)
	}
	k, name, at := r.nodes[c.Node], r.Steps[c.Node].Name, pathOf(c.Path)
	if c.Split == 0 {
		return r.storage.putLines(ctx, k.Output(name, at), values)
	}
	list, err := elements(values[0])
	if err != nil {
		return err
	}
	return r.storage.putList(ctx, listKeys(k, name, at), c.Split, list)
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
