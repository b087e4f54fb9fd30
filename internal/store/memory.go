package store

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/lokki-build/lokki/internal/store/objects"
)

// Memory is a Store in this process's memory, for tests and small local runs.
type Memory struct {
	mu      sync.RWMutex
	objects map[string][]byte // values never change
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{objects: map[string][]byte{}} }

// Put implements Store. It holds the whole body in memory.
func (m *Memory) Put(ctx context.Context, key string, body io.Reader) error {
	if err := objects.CheckKey(key); err != nil {
		return objects.Failed("storing", key, err)
	}
	// If the object exists, the body need not be read.
	m.mu.RLock()
	_, exists := m.objects[key]
	m.mu.RUnlock()
	if exists {
		return objects.Failed("storing", key, ErrExists)
	}
	data, err := io.ReadAll(objects.Reader{Ctx: ctx, R: body})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return objects.Failed("storing", key, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, exists := m.objects[key]; exists {
		return objects.Failed("storing", key, ErrExists)
	}
	m.objects[key] = data
	return nil
}

// Get implements Store.
func (m *Memory) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	data, err := m.object(ctx, key)
	if err == nil {
		err = objects.CheckRange(off)
	}
	if err != nil {
		return nil, objects.Failed("reading", key, err)
	}
	data = data[min(off, int64(len(data))):]
	if n >= 0 && n < int64(len(data)) {
		data = data[:n]
	}
	return io.NopCloser(objects.Reader{Ctx: ctx, R: bytes.NewReader(data)}), nil
}

// Size implements Store.
func (m *Memory) Size(ctx context.Context, key string) (int64, error) {
	data, err := m.object(ctx, key)
	if err != nil {
		return 0, objects.Failed("finding", key, err)
	}
	return int64(len(data)), nil
}

func (m *Memory) object(ctx context.Context, key string) ([]byte, error) {
	if err := objects.CheckKey(key); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	data, ok := m.objects[key]
	if !ok {
		return nil, ErrNotFound
	}
	return data, nil
}
