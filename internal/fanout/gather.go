package fanout

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/lokki-build/lokki/internal/store"
)

// Concurrency is how many objects Gather reads at once. A small read from S3 takes
// 10 to 30 ms, so this allows thousands of reads a second; each uses one
// connection.
const Concurrency = 64

// Gather reads the outputs of a map's children, which handled count items, size of
// them each except the last. It calls item for each value, concurrently for different
// indices. output returns the key of the child whose first item has the given index.
// The error is that of the item with the lowest index among those that could not be
// read before reading stopped.
func Gather(ctx context.Context, s store.Store, count, size int, output func(first int) string, item func(i int, value []byte) error) error {
	_, err := gather(ctx, s, count, size, output, item, false)
	return err
}

// GatherFound is Gather for a map whose items may have failed. It skips the items of
// children without an output, and returns how many those are.
func GatherFound(ctx context.Context, s store.Store, count, size int, output func(first int) string, item func(i int, value []byte) error) (missing int, err error) {
	return gather(ctx, s, count, size, output, item, true)
}

func gather(ctx context.Context, s store.Store, count, size int, output func(int) string, item func(int, []byte) error, tolerate bool) (int, error) {
	size = max(size, 1)
	children := (count + size - 1) / size
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		next    atomic.Int64
		missing atomic.Int64
		wg      sync.WaitGroup
		mu      sync.Mutex
		failed  = -1
		cause   error
	)
	for range min(Concurrency, children) {
		wg.Go(func() {
			for child := int(next.Add(1)) - 1; child < children; child = int(next.Add(1)) - 1 {
				first := child * size
				n := min(size, count-first)
				err := readChild(ctx, s, output(first), first, n, item)
				if tolerate && errors.Is(err, errNoOutput) {
					missing.Add(int64(n))
					err = nil
				}
				if err == nil {
					continue
				}
				mu.Lock()
				// After the first failure, other reads report the cancellation.
				if failed < 0 || first < failed && !errors.Is(err, context.Canceled) {
					failed, cause = first, err
				}
				mu.Unlock()
				cancel()
				return
			}
		})
	}
	wg.Wait()
	return int(missing.Load()), cause
}

// errNoOutput is the error for a child without an output, as opposed to a value that
// a caller's item could not find.
var errNoOutput = errors.New("has no output")

// readChild reads the n results of one child.
func readChild(ctx context.Context, s store.Store, key string, first, n int, item func(int, []byte) error) error {
	values, err := ReadLines(ctx, s, key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("item %d %w: %w", first, errNoOutput, err)
	case err != nil:
		return fmt.Errorf("item %d: %w", first, err)
	case len(values) != n:
		return fmt.Errorf("items from %d: %s holds %d values, want %d", first, key, len(values), n)
	}
	for k, v := range values {
		if err := item(first+k, v); err != nil {
			return fmt.Errorf("item %d: %w", first+k, err)
		}
	}
	return nil
}
