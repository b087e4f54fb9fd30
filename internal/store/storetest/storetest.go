// Package storetest checks that a store.Store keeps the promises of its
// interface. All implementations run the same suite.
package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/store"
)

// Run runs the suite. newStore returns an empty store; it is called once for each
// case.
func Run(t *testing.T, newStore func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"put and get", putAndGet},
		{"ranges", ranges},
		{"not found", notFound},
		{"written once", writtenOnce},
		{"written once under concurrency", writtenOnceConcurrently},
		{"keys", keys},
		{"keys that are refused", refusedKeys},
		{"large object", large},
		{"concurrent readers", concurrentReaders},
		{"body that fails", failingBody},
		{"large body that fails", failingLargeBody},
		{"body that blocks nobody else", slowBody},
		{"canceled before", canceledBefore},
		{"canceled while storing", canceledStoring},
		{"canceled while reading", canceledReading},
		{"closed early", closedEarly},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newStore(t)) })
	}
}

func putAndGet(t *testing.T, s store.Store) {
	for _, size := range []int{0, 1, 100, 64 << 10, 1<<20 + 1} {
		key := fmt.Sprintf("lokki/birds-flow/run-1/step/%d/output.json.gz", size)
		data := random(size)
		put(t, s, key, bytes.NewReader(data))
		wantObject(t, s, key, data)
	}
}

func ranges(t *testing.T, s store.Store) {
	data := random(1000)
	put(t, s, "k", bytes.NewReader(data))
	put(t, s, "empty", strings.NewReader(""))
	for _, c := range []struct {
		key     string
		off, n  int64
		wantLen int
	}{
		{"k", 0, -1, 1000},
		{"k", 0, 1000, 1000},
		{"k", 0, 1, 1},
		{"k", 0, 0, 0},
		{"k", 10, 20, 20},
		{"k", 10, -1, 990},
		{"k", 999, 1, 1},
		{"k", 999, -1, 1},
		{"k", 990, 20, 10},
		{"k", 500, 1 << 62, 500},
		{"k", 1<<63 - 1, 1<<63 - 1, 0},
		{"k", 1000, 1, 0},
		{"k", 1000, -1, 0},
		{"k", 5000, 10, 0},
		{"k", 500, 0, 0},
		{"empty", 0, -1, 0},
		{"empty", 0, 10, 0},
		{"empty", 5, -1, 0},
		{"empty", 0, 0, 0},
	} {
		got, err := read(t.Context(), s, c.key, c.off, c.n)
		if err != nil {
			t.Errorf("Get(%s, %d, %d): %v", c.key, c.off, c.n, err)
			continue
		}
		if len(got) != c.wantLen {
			t.Errorf("Get(%s, %d, %d) yields %d bytes, want %d", c.key, c.off, c.n, len(got), c.wantLen)
		} else if c.wantLen > 0 && !bytes.Equal(got, data[c.off:][:c.wantLen]) {
			t.Errorf("Get(%s, %d, %d) yields other bytes", c.key, c.off, c.n)
		}
	}
	if _, err := read(t.Context(), s, "k", -1, 1); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get with a negative offset: error %v, want one about the offset", err)
	}
}

func notFound(t *testing.T, s store.Store) {
	put(t, s, "a/b", strings.NewReader("x"))
	for _, key := range []string{"none", "a", "a/b/c", "a/c", "a/bb"} {
		for _, n := range []int64{-1, 0, 5} {
			_, err := read(t.Context(), s, key, 0, n)
			wantError(t, fmt.Sprintf("Get(%s, 0, %d)", key, n), err, store.ErrNotFound)
		}
		_, err := s.Size(t.Context(), key)
		wantError(t, "Size("+key+")", err, store.ErrNotFound)
		if err != nil && !strings.Contains(err.Error(), key) {
			t.Errorf("the error %q does not name the key %q", err, key)
		}
	}
}

func keys(t *testing.T, s store.Store) {
	all := []string{
		"a", "a b", "a+b", "a%20b", "a%2Fb", "ü/漢字/🦆", "a?b=c&d", "a#b", "a;b", "~a", "a*b", `a"b`, "a'b", "a\\b",
		"-", "--x", "...", ".hidden", "x.", "0", "a:b", "a=b", "[x]", "{x}", "<x>", "|", "^`", "@!$(),",
		"e\u0301 e", "\u00e9 e", // the same letter, composed or not
		strings.Repeat("d/", 100) + "deep", strings.Repeat("n", 200), strings.Repeat("p", 200) + "/" + strings.Repeat("q", 200),
	}
	for _, key := range all {
		put(t, s, key, strings.NewReader("value of "+key))
	}
	for _, key := range all {
		wantObject(t, s, key, []byte("value of "+key))
	}
}

func refusedKeys(t *testing.T, s store.Store) {
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "a/./b", "./a", "a\x00b", "a\nb", "\x7f", "a\xffb",
		".incomplete", ".incomplete/a", strings.Repeat("k", 1025),
	} {
		if err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
			t.Errorf("Put(%q) succeeds", key)
		}
		_, err := s.Get(t.Context(), key, 0, -1)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("Get(%q): %v, want an error about the key", key, err)
		}
		_, err = s.Size(t.Context(), key)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("Size(%q): %v, want an error about the key", key, err)
		}
	}
}

// random returns size bytes that do not repeat.
func random(size int) []byte {
	data := make([]byte, size)
	rand.Read(data)
	return data
}

// stream hides all methods of r but Read.
type stream struct{ r io.Reader }

func (s stream) Read(p []byte) (int, error) { return s.r.Read(p) }

func put(t *testing.T, s store.Store, key string, body io.Reader) {
	t.Helper()
	if err := s.Put(t.Context(), key, body); err != nil {
		t.Fatalf("Put(%q): %v", key, err)
	}
}

func read(ctx context.Context, s store.Store, key string, off, n int64) ([]byte, error) {
	r, err := s.Get(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func wantObject(t *testing.T, s store.Store, key string, want []byte) {
	t.Helper()
	got, err := read(t.Context(), s, key, 0, -1)
	if err != nil {
		t.Errorf("Get(%q): %v", key, err)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("Get(%q) yields %d other bytes than the %d that were put", key, len(got), len(want))
	}
	if size, err := s.Size(t.Context(), key); err != nil || size != int64(len(want)) {
		t.Errorf("Size(%q) = %d, %v; want %d", key, size, err, len(want))
	}
}

func wantError(t *testing.T, call string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", call, got, want)
	}
}
