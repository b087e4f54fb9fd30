package lambdastep

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/store"
)

// stats is what an invocation has done so far. It is read at the end, when an
// abandoned step may still be running.
type stats struct {
	read, function, write duration // time in each stage
	in, out               atomic.Int64
	items                 atomic.Int64 // of the list that was read or written; if both, the list that the next map takes
	missing               atomic.Int64 // items that an aggregation left out
	repeated              atomic.Bool  // the output existed, so the step did not run
}

// duration is a sum of times.
type duration struct{ ns atomic.Int64 }

func (d *duration) add(more time.Duration) { d.ns.Add(int64(more)) }
func (d *duration) since(began time.Time)  { d.add(time.Since(began)) }
func (d *duration) load() time.Duration    { return time.Duration(d.ns.Load()) }

// meter counts the compressed bytes that pass to and from a store.
type meter struct {
	store.Store
	stats *stats
}

func (m meter) Put(ctx context.Context, key string, body io.Reader) error {
	return m.Store.Put(ctx, key, counted{body, &m.stats.out})
}

func (m meter) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	body, err := m.Store.Get(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{counted{body, &m.stats.in}, body}, nil
}

type counted struct {
	r io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
