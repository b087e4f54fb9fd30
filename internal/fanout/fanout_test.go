package fanout_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

var at = fanout.Keys{Items: "a/items.jsonl.gz", Batches: "a/items.json"}

func sequence(items [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func object(t *testing.T, s store.Store, key string) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func batches(t *testing.T, s store.Store) []envelope.Batch {
	t.Helper()
	var got []envelope.Batch
	if err := json.Unmarshal(object(t, s, at.Batches), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// lists are lists whose items have awkward sizes.
func lists() map[string][][]byte {
	sized := func(sizes ...int) [][]byte {
		var items [][]byte
		for i, n := range sizes {
			items = append(items, fmt.Appendf(nil, "%q", fmt.Sprint(i, strings.Repeat("x", n))))
		}
		return items
	}
	small := make([]int, 3000)
	for i := range small {
		small[i] = i * 7919 % 101
	}
	return map[string][][]byte{
		"none":              nil,
		"one":               sized(3),
		"many frames":       sized(small...),
		"at the frame size": sized(fanout.FrameSize-4, fanout.FrameSize-3, fanout.FrameSize, 1, 1),
		"larger than one":   sized(5, 5, 3*fanout.FrameSize, 5, 10*fanout.FrameSize, 4*fanout.FrameSize),
	}
}

func TestStoredListIsReadBackBatchByBatch(t *testing.T) {
	for name, items := range lists() {
		for _, size := range []int{1, 2, 7, 64, 5000} {
			t.Run(fmt.Sprintf("%s/by %d", name, size), func(t *testing.T) {
				s := store.NewMemory()
				n, err := fanout.Store(t.Context(), s, at, size, sequence(items))
				if err != nil || n != len(items) {
					t.Fatalf("Store = %d, %v; want %d", n, err, len(items))
				}
				total := int64(len(object(t, s, at.Items)))
				next := 0
				for _, b := range batches(t, s) {
					if b.Index != next || b.Count < 1 || b.Count > size || b.Offset+b.Length > total {
						t.Fatalf("batch %+v after item %d of an object of %d bytes", b, next, total)
					}
					got, err := fanout.ReadBatch(t.Context(), s, at.Items, b)
					if err != nil {
						t.Fatal(err)
					}
					if want := bytes.Join(items[next:next+b.Count], nil); !bytes.Equal(bytes.Join(got, nil), want) {
						t.Fatalf("batch %+v holds other items", b)
					}
					next += b.Count
				}
				if next != len(items) {
					t.Fatalf("batches end at item %d, want %d", next, len(items))
				}
			})
		}
	}
}

func TestWholeObjectIsOneGzipFileOfFrames(t *testing.T) {
	for name, items := range lists() {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			if _, err := fanout.Store(t.Context(), s, at, 1, sequence(items)); err != nil {
				t.Fatal(err)
			}
			data := object(t, s, at.Items)
			whole, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(whole)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			for _, item := range items {
				want = append(append(want, item...), '\n')
			}
			if !bytes.Equal(plain, want) {
				t.Fatalf("unpacks to %d bytes, want %d", len(plain), len(want))
			}
			for _, n := range frameSizes(t, data) {
				if n > fanout.FrameSize && !bytes.Contains(want, bytes.Repeat([]byte("x"), n-20)) {
					t.Errorf("a frame of %d bytes that is not one large item", n)
				}
			}
		})
	}
}

// frameSizes returns the decompressed sizes of the gzip members in data.
func frameSizes(t *testing.T, data []byte) []int {
	t.Helper()
	var sizes []int
	in := bytes.NewReader(data)
	gz := new(gzip.Reader)
	for in.Len() > 0 {
		if err := gz.Reset(in); err != nil {
			t.Fatal(err)
		}
		gz.Multistream(false)
		n, err := io.Copy(io.Discard, gz)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, int(n))
	}
	return sizes
}

func TestASecondStoreKeepsTheFirstList(t *testing.T) {
	first, second := lists()["many frames"], lists()["larger than one"]
	for name, lost := range map[string]bool{"complete": false, "without batches": true} {
		t.Run(name, func(t *testing.T) {
			whole := store.NewMemory()
			if _, err := fanout.Store(t.Context(), whole, at, 7, sequence(first)); err != nil {
				t.Fatal(err)
			}
			want := object(t, whole, at.Batches)
			s := store.NewMemory()
			copyObject(t, s, whole, at.Items)
			if !lost {
				copyObject(t, s, whole, at.Batches)
			}
			n, err := fanout.Store(t.Context(), s, at, 7, sequence(second))
			if err != nil || n != len(first) {
				t.Fatalf("Store = %d, %v; want %d, the stored list's length", n, err, len(first))
			}
			if got := object(t, s, at.Batches); !bytes.Equal(got, want) {
				t.Error("the batches do not describe the stored items")
			}
		})
	}
}

func copyObject(t *testing.T, to, from store.Store, key string) {
	t.Helper()
	if err := to.Put(t.Context(), key, bytes.NewReader(object(t, from, key))); err != nil {
		t.Fatal(err)
	}
}

func TestResume(t *testing.T) {
	for name, items := range lists() {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			if _, err := fanout.Resume(t.Context(), s, at, 3); !errors.Is(err, store.ErrNotFound) {
				t.Fatalf("nothing stored: %v, want ErrNotFound", err)
			}
			if _, err := fanout.Store(t.Context(), s, at, 3, sequence(items)); err != nil {
				t.Fatal(err)
			}
			if n, err := fanout.Resume(t.Context(), s, at, 3); err != nil || n != len(items) {
				t.Errorf("all stored: %d, %v; want %d", n, err, len(items))
			}
			half := store.NewMemory()
			copyObject(t, half, s, at.Items)
			if n, err := fanout.Resume(t.Context(), half, at, 3); err != nil || n != len(items) {
				t.Errorf("items stored: %d, %v; want %d", n, err, len(items))
			}
			if !bytes.Equal(object(t, half, at.Batches), object(t, s, at.Batches)) {
				t.Error("the completed batches differ")
			}
		})
	}
}

func TestAnErrorOfTheItemsStoresNothing(t *testing.T) {
	s, broken := store.NewMemory(), errors.New("item 2 is broken")
	_, err := fanout.Store(t.Context(), s, at, 1, func(yield func([]byte, error) bool) {
		if yield([]byte("1"), nil) {
			yield(nil, broken)
		}
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	for _, key := range []string{at.Items, at.Batches} {
		if _, err := s.Size(t.Context(), key); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", key, err)
		}
	}
}

func TestAPanicOfTheItemsReachesTheCaller(t *testing.T) {
	s := store.NewMemory()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
		if _, err := s.Size(context.Background(), at.Items); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("stored in spite of a panic: %v", err)
		}
	}()
	fanout.Store(t.Context(), s, at, 1, func(yield func([]byte, error) bool) {
		yield([]byte("1"), nil)
		panic("no more")
	})
}

func TestDamagedItemsAreNeverReturned(t *testing.T) {
	s := store.NewMemory()
	items := lists()["many frames"]
	if _, err := fanout.Store(t.Context(), s, at, 50, sequence(items)); err != nil {
		t.Fatal(err)
	}
	data, all := object(t, s, at.Items), batches(t, s)
	b := all[len(all)/2]
	want, err := fanout.ReadBatch(t.Context(), s, at.Items, b)
	if err != nil {
		t.Fatal(err)
	}
	damage := map[string]func(*envelope.Batch, []byte) []byte{
		"cut short": func(b *envelope.Batch, d []byte) []byte { return d[:b.Offset+b.Length-1] },
		"len too small": func(b *envelope.Batch, d []byte) []byte {
			b.Length--
			return d
		},
		"more items than there are": func(b *envelope.Batch, d []byte) []byte {
			b.Count = len(items)
			return d
		},
	}
	for i := int64(0); i < b.Length; i += 997 {
		damage[fmt.Sprintf("byte %d flipped", i)] = func(b *envelope.Batch, d []byte) []byte {
			d[b.Offset+i] ^= 0x10
			return d
		}
	}
	for name, do := range damage {
		t.Run(name, func(t *testing.T) {
			bad, hurt := store.NewMemory(), b
			body := do(&hurt, bytes.Clone(data))
			if err := bad.Put(t.Context(), at.Items, bytes.NewReader(body)); err != nil {
				t.Fatal(err)
			}
			got, err := fanout.ReadBatch(t.Context(), bad, at.Items, hurt)
			// gzip's header has fields that do not affect the data.
			if err == nil && !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) {
				t.Error("damaged items were returned")
			}
			if err == nil && !strings.Contains(name, "byte") {
				t.Error("no error")
			}
		})
	}
}

func TestGather(t *testing.T) {
	const count = 1003
	output := func(first int) string { return fmt.Sprintf("m/%d/output.json.gz", first) }
	for _, size := range []int{0, 1, 10, 2000} {
		t.Run(fmt.Sprintf("by %d", size), func(t *testing.T) {
			s, step := store.NewMemory(), max(size, 1)
			for first := 0; first < count; first += step {
				var values [][]byte
				for i := first; i < min(first+step, count); i++ {
					values = append(values, fmt.Append(nil, i*i))
				}
				if err := fanout.WriteLines(t.Context(), s, output(first), values); err != nil {
					t.Fatal(err)
				}
			}
			got := make([]string, count)
			err := fanout.Gather(t.Context(), s, count, size, output, func(i int, v []byte) error {
				got[i] = string(v)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if v != fmt.Sprint(i*i) {
					t.Fatalf("item %d is %q", i, v)
				}
			}
		})
	}
}

func TestGatherNamesTheItemThatIsMissing(t *testing.T) {
	s := store.NewMemory()
	output := func(first int) string { return fmt.Sprintf("m/%d/output.json.gz", first) }
	for i := range 200 {
		if i == 137 {
			continue
		}
		if err := fanout.WriteLines(t.Context(), s, output(i), [][]byte{[]byte("1")}); err != nil {
			t.Fatal(err)
		}
	}
	err := fanout.Gather(t.Context(), s, 200, 1, output, func(int, []byte) error { return nil })
	if !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "item 137 ") {
		t.Errorf("error %v, want one that names item 137", err)
	}
	err = fanout.Gather(t.Context(), s, 100, 2, output, func(int, []byte) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "holds 1 values, want 2") {
		t.Errorf("error %v, want one about a short batch", err)
	}
	if err := fanout.Gather(t.Context(), s, 0, 1, output, nil); err != nil {
		t.Errorf("no items: %v", err)
	}
}

func TestGatherFoundLeavesOutWhatIsMissing(t *testing.T) {
	const count, size = 205, 10
	output := func(first int) string { return fmt.Sprintf("m/%d/output.json.gz", first) }
	for name, lost := range map[string]func(first int) bool{
		"none":     func(int) bool { return false },
		"some":     func(first int) bool { return first%30 == 0 },
		"the last": func(first int) bool { return first == 200 },
		"all":      func(int) bool { return true },
	} {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			var want []string
			missing := 0
			for first := 0; first < count; first += size {
				var values [][]byte
				for i := first; i < min(first+size, count); i++ {
					values = append(values, fmt.Append(nil, i))
				}
				if lost(first) {
					missing += len(values)
					continue
				}
				for _, v := range values {
					want = append(want, string(v))
				}
				if err := fanout.WriteLines(t.Context(), s, output(first), values); err != nil {
					t.Fatal(err)
				}
			}
			found := make([]string, count)
			got, err := fanout.GatherFound(t.Context(), s, count, size, output, func(i int, v []byte) error {
				found[i] = string(v)
				return nil
			})
			found = slices.DeleteFunc(found, func(v string) bool { return v == "" })
			if err != nil || got != missing || !slices.Equal(found, want) {
				t.Errorf("%d missing, %v, found %q; want %d and %q", got, err, found, missing, want)
			}
		})
	}
	s := store.NewMemory()
	if err := fanout.WriteLines(t.Context(), s, output(0), [][]byte{[]byte("1")}); err != nil {
		t.Fatal(err)
	}
	if _, err := fanout.GatherFound(t.Context(), s, 2, 2, output, func(int, []byte) error { return nil }); err == nil {
		t.Error("a short batch was taken for one that is missing")
	}
	inner := fmt.Errorf("not here: %w", store.ErrNotFound)
	if _, err := fanout.GatherFound(t.Context(), s, 1, 1, output, func(int, []byte) error { return inner }); !errors.Is(err, inner) {
		t.Errorf("error %v, want the item's own", err)
	}
}

func TestLinesOfEverySize(t *testing.T) {
	for _, size := range []int{1, 4*fanout.FrameSize - 1, 4 * fanout.FrameSize, 40 * fanout.FrameSize} {
		s := store.NewMemory()
		values := [][]byte{[]byte("1"), bytes.Repeat([]byte("2"), size), []byte("3")}
		if err := fanout.WriteLines(t.Context(), s, "k", values); err != nil {
			t.Fatal(err)
		}
		got, err := fanout.ReadLines(t.Context(), s, "k")
		if err != nil || !slices.EqualFunc(got, values, bytes.Equal) {
			t.Errorf("%d bytes: read %d values, %v", size, len(got), err)
		}
		if err := fanout.WriteLines(t.Context(), s, "k", [][]byte{bytes.Repeat([]byte("4"), size)}); !errors.Is(err, store.ErrExists) {
			t.Errorf("%d bytes, written twice: %v, want ErrExists", size, err)
		}
	}
}

func TestAValueIsOneLine(t *testing.T) {
	s := store.NewMemory()
	for _, bad := range []string{"", "[1,\n2]"} {
		if err := fanout.WriteLines(t.Context(), s, "k", [][]byte{[]byte(bad)}); err == nil {
			t.Errorf("WriteLines took %q", bad)
		}
		if _, err := fanout.Store(t.Context(), s, at, 1, sequence([][]byte{[]byte(bad)})); err == nil {
			t.Errorf("Store took %q", bad)
		}
	}
}
