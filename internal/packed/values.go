package packed

import (
	"context"
	"errors"
	"fmt"

	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// PutLines stores values as the object that fanout.WriteLines makes from them. The
// caller must know that the key doesn't exist yet: of two objects, the first wins.
func (d *Dir) PutLines(ctx context.Context, key string, values [][]byte) error {
	if len(values) == 0 || !packable(values) {
		return fanout.WriteLines(ctx, d, key, values)
	}
	return d.append(ctx, key, 0, values)
}

// Lines returns the values of an object as fanout.ReadLines does. It may not find
// what this process stored itself since it locked the run.
func (d *Dir) Lines(ctx context.Context, key string) ([][]byte, error) {
	values, err := d.packed(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return fanout.ReadLines(ctx, d.files, key)
	}
	return values, err
}

// PutList stores a list that the next map takes, size of its items for each child, as
// the two objects that fanout.Store makes from it.
func (d *Dir) PutList(ctx context.Context, at fanout.Keys, size int, list [][]byte) error {
	if size < 1 || !packable(list) {
		_, err := fanout.Store(ctx, d, at, size, each(list))
		return err
	}
	return d.append(ctx, at.Items, size, list)
}

// List returns the items of a list, with the same limitation as Lines.
func (d *Dir) List(ctx context.Context, at fanout.Keys, size int) ([][]byte, error) {
	items, err := d.packed(ctx, at.Items)
	if !errors.Is(err, store.ErrNotFound) {
		return items, err
	}
	// The process that stored the items may have been killed before it stored the batches.
	if _, err := fanout.Resume(ctx, d.files, at, size); err != nil {
		return nil, err
	}
	return fanout.ReadLines(ctx, d.files, at.Items)
}

func (d *Dir) append(ctx context.Context, key string, split int, values [][]byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, rest, err := d.writable(key)
	if err == nil {
		err = p.append(rest, split, values)
	}
	if err != nil {
		return fmt.Errorf("storing %s: %w", key, err)
	}
	return nil
}

// packed returns values from a pack.
func (d *Dir) packed(ctx context.Context, key string) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, rest, err := d.pack(key)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	if p == nil {
		return nil, store.ErrNotFound
	}
	r, err := p.findKnown(rest)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return r.all(), nil
}
