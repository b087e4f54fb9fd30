package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/store"
)

func writtenOnce(t *testing.T, s store.Store) {
	for _, size := range []int{0, 10, 9 << 20} {
		key := fmt.Sprintf("once/%d", size)
		data := random(size)
		put(t, s, key, bytes.NewReader(data))
		for _, again := range [][]byte{data, random(size + 1), nil} {
			err := s.Put(t.Context(), key, stream{bytes.NewReader(again)})
			wantError(t, "second Put", err, store.ErrExists)
		}
		wantObject(t, s, key, data)
	}
}

// writtenOnceConcurrently lets several writers compete for each key: one of them
// succeeds, and the object is that writer's.
func writtenOnceConcurrently(t *testing.T, s store.Store) {
	for _, c := range []struct{ size, writers int }{{100, 8}, {64 << 10, 8}, {9 << 20, 3}} {
		size, writers := c.size, c.writers
		key := fmt.Sprintf("race/%d", size)
		bodies := make([][]byte, writers)
		errs := make([]error, writers)
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i := range writers {
			bodies[i] = random(size)
			wg.Go(func() {
				<-start
				errs[i] = s.Put(t.Context(), key, stream{bytes.NewReader(bodies[i])})
			})
		}
		close(start)
		wg.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner >= 0:
				t.Errorf("size %d: writers %d and %d both succeeded", size, winner, i)
			case err == nil:
				winner = i
			case !errors.Is(err, store.ErrExists):
				t.Errorf("size %d: writer %d: %v, want ErrExists", size, i, err)
			}
		}
		if winner < 0 {
			t.Fatalf("size %d: no writer succeeded", size)
		}
		wantObject(t, s, key, bodies[winner])
	}
}

func large(t *testing.T, s store.Store) {
	data := random(20<<20 + 12345)
	put(t, s, "large", stream{bytes.NewReader(data)})
	wantObject(t, s, "large", data)
	const off, n = 8<<20 - 100, 300
	got, err := read(t.Context(), s, "large", off, n)
	if err != nil || !bytes.Equal(got, data[off:off+n]) {
		t.Errorf("a range across the 8 MiB border: %d bytes, %v; want the %d bytes there", len(got), err, n)
	}
	// Exactly one part, and exactly two.
	for _, size := range []int{8 << 20, 16 << 20} {
		key := fmt.Sprintf("large-%d", size)
		put(t, s, key, stream{bytes.NewReader(data[:size])})
		wantObject(t, s, key, data[:size])
	}
}

func concurrentReaders(t *testing.T, s store.Store) {
	data := random(300 << 10)
	put(t, s, "shared", bytes.NewReader(data))
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			off := int64(i * 1000)
			got, err := read(t.Context(), s, "shared", off, -1)
			if err != nil || !bytes.Equal(got, data[off:]) {
				t.Errorf("reader %d: %d bytes, %v; want %d", i, len(got), err, len(data)-int(off))
			}
		})
	}
	wg.Wait()
}

// slowBody checks that a Put that waits for its body blocks no other call, and
// that nothing is visible before it is complete.
func slowBody(t *testing.T, s store.Store) {
	r, w := io.Pipe()
	done := make(chan error)
	go func() { done <- s.Put(t.Context(), "slow", r) }()
	if _, err := w.Write([]byte("first half ")); err != nil {
		t.Fatal(err)
	}
	put(t, s, "other", bytes.NewReader([]byte("x")))
	wantObject(t, s, "other", []byte("x"))
	_, err := s.Size(t.Context(), "slow")
	wantError(t, "Size of a half written object", err, store.ErrNotFound)
	if _, err := w.Write([]byte("second half")); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantObject(t, s, "slow", []byte("first half second half"))
}
