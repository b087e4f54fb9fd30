package lambdastep

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/lokki-build/lokki/lokki/store"
)

// meter counts the compressed bytes that pass to and from a store.
type meter struct {
	store.Store
	in, out atomic.Int64
}

func (m *meter) Put(ctx context.Context, key string, body io.Reader) error {
	return m.Store.Put(ctx, key, counted{body, &m.out})
}

func (m *meter) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	body, err := m.Store.Get(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{counted{body, &m.in}, body}, nil
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
