package packed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/storetest"
)

const run = "lokki/birds-flow/r1"

var keys = envelope.Keys{Prefix: "lokki", Flow: "birds-flow", Run: "r1"}

func open(t *testing.T, folder string) *Dir {
	t.Helper()
	d, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func locked(t *testing.T, folder string) *Dir {
	t.Helper()
	d := open(t, folder)
	if err := d.Lock(run); err != nil {
		t.Fatal(err)
	}
	return d
}

func list(key string) fanout.Keys {
	folder := strings.TrimSuffix(key, "items.json")
	return fanout.Keys{Items: folder + "items.jsonl.gz", Batches: folder + "items.json"}
}

func get(t *testing.T, s store.Store, key string, off, n int64) ([]byte, error) {
	t.Helper()
	r, err := s.Get(t.Context(), key, off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func lines(n int, size int) [][]byte {
	values := make([][]byte, n)
	for i := range values {
		values[i] = fmt.Appendf(nil, `{"n":%d,"s":%q}`, i, strings.Repeat("ü", size/2))
	}
	return values
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		d := open(t, t.TempDir())
		const run = "lokki/birds-flow/run-1" // as in the suite's keys
		if err := d.Lock(run); err != nil {
			t.Fatal(err)
		}
		if err := d.PutLines(t.Context(), run+"/packed/output.json.gz", lines(1, 10)); err != nil {
			t.Fatal(err)
		}
		return d
	})
}

// object is a stored object, and the keys under which it is read.
type object struct {
	name string
	put  func(d *Dir) error
	same func(s store.Store) error // as lambdastep stores it
	keys []string
	file bool // too large for a pack
}

func objects(ctx context.Context) []object {
	var all []object
	output := func(name, path string, file bool, values [][]byte) {
		key := keys.Output("flap-bird", path)
		all = append(all, object{name, func(d *Dir) error { return d.PutLines(ctx, key, values) },
			func(s store.Store) error { return fanout.WriteLines(ctx, s, key, values) }, []string{key}, file})
	}
	listed := func(name, path string, file bool, size int, values [][]byte) {
		at := list(keys.Batches("get-birds", path))
		all = append(all, object{name, func(d *Dir) error { return d.PutList(ctx, at, size, values) },
			func(s store.Store) error { _, err := fanout.Store(ctx, s, at, size, each(values)); return err },
			[]string{at.Items, at.Batches}, file})
	}
	output("a value", "", false, lines(1, 10))
	output("of an item", "3/", false, lines(1, 10))
	output("of an item far off", "99999999/", false, lines(1, 10))
	output("of a batch", "3/17/", false, lines(100, 10))
	output("in parts of a record", "4/", false, lines(1, 5000))
	output("nearly too large", "5/", false, lines(1, maxRecord-100))
	output("large", "6/", true, lines(1, maxRecord+10))
	output("a large batch", "7/", true, lines(2, maxRecord/2+100))
	output("a tab", "8/", true, [][]byte{[]byte("[1,\t2]")})
	listed("an empty list", "", false, 1, nil)
	listed("a list in a map", "1/", false, 3, lines(1000, 50))
	listed("a list of one", "2/", false, 7, lines(1, 50))
	listed("a large list", "3/", true, 10, lines(3000, 100))
	return all
}

// TestSameObjects compares each object, whole and in ranges, with what lambdastep
// stores for the same values: in the process that stored it, and the next.
func TestSameObjects(t *testing.T) {
	folder, want := t.TempDir(), store.NewMemory()
	d := locked(t, folder)
	all := objects(t.Context())
	for _, o := range all {
		if err := errors.Join(o.put(d), o.same(want)); err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
	}
	check := func(t *testing.T, d *Dir) {
		for _, o := range all {
			for _, key := range o.keys {
				for _, r := range [][2]int64{{0, -1}, {0, 0}, {5, 20}, {1 << 40, 1}} {
					got, err := get(t, d, key, r[0], r[1])
					expected, _ := get(t, want, key, r[0], r[1])
					if err != nil || !bytes.Equal(got, expected) {
						t.Errorf("%s: Get(%s, %d, %d): %d bytes, %v; want the %d bytes of the bucket", o.name, key, r[0], r[1], len(got), err, len(expected))
					}
				}
				size, err := d.Size(t.Context(), key)
				if expected, _ := want.Size(t.Context(), key); err != nil || size != expected {
					t.Errorf("%s: Size(%s) = %d, %v; want %d", o.name, key, size, err, expected)
				}
				if err := d.Put(t.Context(), key, strings.NewReader("x")); !errors.Is(err, store.ErrExists) {
					t.Errorf("%s: Put(%s): %v, want ErrExists", o.name, key, err)
				}
				if _, err := os.Stat(filepath.Join(folder, key)); (err == nil) != o.file {
					t.Errorf("%s: is %s a file? %v", o.name, key, err)
				}
			}
		}
		for _, key := range []string{keys.Output("flap-bird", "9/"), keys.Output("flap-bird", "3/1/"), keys.Items("flap-bird", "3/"), keys.Output("flap", ""), run, run + "/x"} {
			if _, err := get(t, d, key, 0, -1); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Get(%s): %v, want ErrNotFound", key, err)
			}
		}
	}
	t.Run("this process", func(t *testing.T) { check(t, d) })
	t.Run("another process meanwhile", func(t *testing.T) { check(t, open(t, folder)) })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("the next process", func(t *testing.T) { check(t, locked(t, folder)) })
}

// TestLinesAndLists reads the values themselves, as a resumed run does, including
// those that a Lambda stored.
func TestLinesAndLists(t *testing.T) {
	for _, by := range []string{"a local run", "lambdas"} {
		t.Run(by, func(t *testing.T) {
			folder := t.TempDir()
			d := locked(t, folder)
			for _, o := range objects(t.Context()) {
				var err error
				if by == "lambdas" {
					err = o.same(d)
				} else {
					err = o.put(d)
				}
				if err != nil {
					t.Fatalf("%s: %v", o.name, err)
				}
			}
			d.Close()
			d = locked(t, folder)
			same := func(name string, got [][]byte, err error, want [][]byte) {
				t.Helper()
				if err != nil || !bytes.Equal(bytes.Join(got, []byte("\n")), bytes.Join(want, []byte("\n"))) || len(got) != len(want) {
					t.Errorf("%s: %d values, %v; want %d", name, len(got), err, len(want))
				}
			}
			got, err := d.Lines(t.Context(), keys.Output("flap-bird", "3/17/"))
			same("a batch", got, err, lines(100, 10))
			got, err = d.Lines(t.Context(), keys.Output("flap-bird", "6/"))
			same("a large value", got, err, lines(1, maxRecord+10))
			got, err = d.List(t.Context(), list(keys.Batches("get-birds", "")), 1)
			same("an empty list", got, err, nil)
			got, err = d.List(t.Context(), list(keys.Batches("get-birds", "1/")), 3)
			same("a list", got, err, lines(1000, 50))
			got, err = d.List(t.Context(), list(keys.Batches("get-birds", "3/")), 10)
			same("a large list", got, err, lines(3000, 100))
			if _, err := d.Lines(t.Context(), keys.Output("flap-bird", "9/")); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("what is not there: %v, want ErrNotFound", err)
			}
		})
	}
}

// TestBatchesAreCompleted removes the second object of a list, as a kill between
// the two would.
func TestBatchesAreCompleted(t *testing.T) {
	folder := t.TempDir()
	d := locked(t, folder)
	at := list(keys.Batches("get-birds", ""))
	if err := d.PutList(t.Context(), at, 10, lines(3000, 100)); err != nil {
		t.Fatal(err)
	}
	want, _ := get(t, d, at.Batches, 0, -1)
	if err := os.Remove(filepath.Join(folder, at.Batches)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.List(t.Context(), at, 10); err != nil {
		t.Fatal(err)
	}
	if got, err := get(t, d, at.Batches, 0, -1); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the batches: %d bytes, %v; want %d", len(got), err, len(want))
	}
}
