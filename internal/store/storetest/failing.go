package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/store"
)

var errBody = errors.New("the source of the body broke")

func failingBody(t *testing.T, s store.Store)      { failAfter(t, s, 1000) }
func failingLargeBody(t *testing.T, s store.Store) { failAfter(t, s, 18<<20) }

// failAfter stores a body that fails after size bytes: nothing of it remains, and
// the key is free for the next attempt.
func failAfter(t *testing.T, s store.Store, size int) {
	body := io.MultiReader(bytes.NewReader(random(size)), failing{})
	err := s.Put(t.Context(), "broken", body)
	wantError(t, "Put of a body that fails", err, errBody)
	if errors.Is(err, store.ErrExists) {
		t.Errorf("error %v Is ErrExists", err)
	}
	_, err = s.Size(t.Context(), "broken")
	wantError(t, "Size after a failed Put", err, store.ErrNotFound)
	put(t, s, "broken", strings.NewReader("whole"))
	wantObject(t, s, "broken", []byte("whole"))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBody }

func canceledBefore(t *testing.T, s store.Store) {
	put(t, s, "there", strings.NewReader("x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "Put", s.Put(ctx, "new", strings.NewReader("x")), context.Canceled)
	_, err := read(ctx, s, "there", 0, -1)
	wantError(t, "Get", err, context.Canceled)
	_, err = s.Size(ctx, "there")
	wantError(t, "Size", err, context.Canceled)
	_, err = s.Size(t.Context(), "new")
	wantError(t, "Size after a canceled Put", err, store.ErrNotFound)
}

func canceledStoring(t *testing.T, s store.Store) {
	for _, size := range []int{1000, 18 << 20} {
		ctx, cancel := context.WithCancel(t.Context())
		body := io.MultiReader(bytes.NewReader(random(size)), canceling{cancel}, bytes.NewReader(random(size)))
		wantError(t, "Put", s.Put(ctx, "canceled", body), context.Canceled)
		_, err := s.Size(t.Context(), "canceled")
		wantError(t, "Size after a canceled Put", err, store.ErrNotFound)
	}
}

// canceling is an empty reader that cancels a context.
type canceling struct{ cancel context.CancelFunc }

func (c canceling) Read([]byte) (int, error) {
	c.cancel()
	return 0, io.EOF
}

func canceledReading(t *testing.T, s store.Store) {
	put(t, s, "long", bytes.NewReader(random(4<<20)))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := s.Get(ctx, "long", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = io.Copy(io.Discard, r)
	wantError(t, "Read after the end of the context", err, context.Canceled)
}

func closedEarly(t *testing.T, s store.Store) {
	data := random(1 << 20)
	put(t, s, "long", bytes.NewReader(data))
	for range 20 {
		r, err := s.Get(t.Context(), "long", 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	wantObject(t, s, "long", data)
}
