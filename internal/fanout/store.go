package fanout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/lokki-build/lokki/internal/store"
)

// Keys are the two objects of a list.
type Keys struct {
	Items   string // items.jsonl.gz
	Batches string // items.json, written last: if it exists, the list is complete
}

// Store writes the items, size of them in a batch, and returns how many there are.
// Existing objects are not changed: then the number is that of the stored items,
// which may be a different list if the step is not deterministic. If items yields an
// error, Store returns it and stores nothing. It uses memory for a few frames, or
// the largest item.
func Store(ctx context.Context, s store.Store, at Keys, size int, items iter.Seq2[[]byte, error]) (int, error) {
	if size < 1 {
		return 0, fmt.Errorf("batches of %d items: want at least 1", size)
	}
	list, err := storeItems(ctx, s, at.Items, items)
	if errors.Is(err, store.ErrExists) {
		list, err = scan(ctx, s, at.Items)
	}
	if err != nil {
		return 0, fmt.Errorf("storing the items: %w", err)
	}
	if err := storeBatches(ctx, s, at.Batches, size, list); err != nil {
		return 0, err
	}
	return list.items, nil
}

// Resume completes what an earlier attempt of Store left behind. It returns
// the number of items, or an error that Is store.ErrNotFound if no items were
// stored.
func Resume(ctx context.Context, s store.Store, at Keys, size int) (int, error) {
	n, err := countBatches(ctx, s, at.Batches)
	if !errors.Is(err, store.ErrNotFound) {
		return n, err
	}
	if _, err := s.Size(ctx, at.Items); err != nil {
		return 0, err
	}
	list, err := scan(ctx, s, at.Items)
	if err != nil {
		return 0, err
	}
	return list.items, storeBatches(ctx, s, at.Batches, size, list)
}

// storeItems streams the items into frames.
func storeItems(ctx context.Context, s store.Store, key string, items iter.Seq2[[]byte, error]) (*frames, error) {
	var list *frames
	err := stream(ctx, s, key, func(w io.Writer) error {
		f := framer{to: w}
		for item, err := range items {
			if err != nil {
				return err
			}
			if err := f.add(item); err != nil {
				return err
			}
		}
		list = &f.frames
		return f.close()
	})
	return list, err
}

// storeBatches writes the array that the map reads. All attempts derive it from
// the same stored items, so it is a success if it exists.
func storeBatches(ctx context.Context, s store.Store, key string, size int, list *frames) error {
	err := stream(ctx, s, key, func(w io.Writer) error { return list.writeBatches(w, size) })
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("storing the batches: %w", err)
	}
	return nil
}

// stream stores what write writes. write runs in the caller's goroutine, so that
// a panic of a user's encoder reaches the caller.
func stream(ctx context.Context, s store.Store, key string, write func(io.Writer) error) error {
	r, w := io.Pipe()
	put := make(chan error, 1)
	go func() {
		err := s.Put(ctx, key, r)
		r.CloseWithError(errAbandoned) // a store that finds an existing object stops reading
		put <- err
	}()
	werr := feed(w, write)
	err := <-put
	if werr != nil && !errors.Is(werr, errAbandoned) {
		return werr // the cause of Put's error
	}
	return err
}

// feed closes w with write's error; a panic also leaves the object incomplete.
func feed(w *io.PipeWriter, write func(io.Writer) error) (err error) {
	err = errors.New("writing was interrupted")
	defer func() { w.CloseWithError(err) }() // nil is the end of the data
	err = write(w)
	return err
}

var errAbandoned = errors.New("the store has stopped reading")
