package packed

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/store"
)

// filled returns a folder with a run of n outputs, and its pack.
func filled(t *testing.T, n int) (folder string, data []byte) {
	t.Helper()
	folder = t.TempDir()
	d := locked(t, folder)
	for i := range n {
		if err := d.PutLines(t.Context(), keys.Output("flap-bird", envelope.Child("", i)), lines(1, 10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, run, packName))
	if err != nil {
		t.Fatal(err)
	}
	return folder, data
}

func overwrite(t *testing.T, folder string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, run, packName), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, d *Dir, n int) (found int) {
	t.Helper()
	for i := range n {
		_, err := d.Lines(t.Context(), keys.Output("flap-bird", envelope.Child("", i)))
		if err == nil {
			found++
		} else if !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
	}
	return found
}

// TestTornAtEachByte cuts off the pack at each byte, as a kill may: earlier records
// remain, and what is stored next is intact.
func TestTornAtEachByte(t *testing.T) {
	folder, data := filled(t, 4)
	for cut := range data {
		overwrite(t, folder, data[:cut])
		d := locked(t, folder)
		whole := max(0, bytes.Count(data[:cut], []byte("\n"))-1)
		if got := count(t, d, 4); got != whole {
			t.Fatalf("cut at byte %d: %d records, want %d", cut, got, whole)
		}
		for i := whole; i < 4; i++ {
			if err := d.PutLines(t.Context(), keys.Output("flap-bird", envelope.Child("", i)), lines(1, 10)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if again, _ := os.ReadFile(filepath.Join(folder, run, packName)); !bytes.Equal(again, data) {
			t.Fatalf("cut at byte %d and completed the pack differs", cut)
		}
	}
}

// TestDamagedAtEachByte changes each byte in turn: a wrong value is never returned,
// and intact records after the damage are not dropped silently.
func TestDamagedAtEachByte(t *testing.T) {
	folder, data := filled(t, 3)
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	for at := range data {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x20
		overwrite(t, folder, damaged)
		d := open(t, folder)
		err := d.Lock(run)
		if at < last-1 { // without the line break before the last record, two lines become one
			if err == nil || !strings.Contains(err.Error(), packName) || !strings.Contains(err.Error(), "\nhint: ") {
				t.Fatalf("byte %d of %d damaged: %v, want an error about the pack", at, len(data), err)
			}
		} else if err != nil {
			t.Fatalf("byte %d in the last record damaged: %v", at, err)
		} else if got, want := count(t, d, 3), min(2, at-last+2); got != want {
			t.Fatalf("byte %d in the last record damaged: %d records, want %d", at, got, want)
		}
		d.Close()
	}
}

// TestDamagedMeanwhile damages a record that is already in the index.
func TestDamagedMeanwhile(t *testing.T) {
	folder, data := filled(t, 3)
	d := locked(t, folder)
	data = bytes.Replace(data, []byte(`"n":0`), []byte(`"n":7`), 1)
	overwrite(t, folder, data)
	_, err := d.Lines(t.Context(), keys.Output("flap-bird", "0/"))
	if !errors.Is(err, errRecord) || !strings.Contains(err.Error(), packName+" at byte ") {
		t.Errorf("got %v", err)
	}
}

func TestOfTwoTheFirstHolds(t *testing.T) {
	folder := t.TempDir()
	d := locked(t, folder)
	key := keys.Output("flap-bird", "3/")
	for i := range 3 {
		if err := d.PutLines(t.Context(), key, [][]byte{fmt.Append(nil, i)}); err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	if got, err := open(t, folder).Lines(t.Context(), key); err != nil || string(got[0]) != "0" {
		t.Errorf("got %q, %v; want the first value", got, err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	folder := t.TempDir()
	first, second := locked(t, folder), open(t, folder)
	err := second.Lock(run)
	want := fmt.Sprintf("r1: another process is running it\nhint: wait for it, or end it; %s is held by process %d", filepath.Join(folder, run, lockName), os.Getpid())
	if !errors.Is(err, ErrLocked) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := second.Lock("lokki/birds-flow/r2"); err != nil {
		t.Errorf("another run: %v", err)
	}
	if err := second.PutLines(t.Context(), keys.Output("flap-bird", "3/"), lines(1, 10)); !errors.Is(err, errNotLocked) {
		t.Errorf("storing without the lock: %v", err)
	}
	first.Close()
	if err := second.Lock(run); err != nil {
		t.Errorf("after the other one has ended: %v", err)
	}
}

// TestIndex has keys of all kinds, with indices in order, in reverse and far apart.
func TestIndex(t *testing.T) {
	var all []string
	for i := range 20000 {
		all = append(all, keys.Output("a", envelope.Child("", 19999-i)), keys.Output("b", envelope.Child("7/", i)), keys.Output("c", envelope.Child("", i*5000)))
	}
	all = append(all, "x", "3", "3/4", "/3/4", "a/01/b", "a/1/b", "a/-1/b", "a/1", "")
	x := newIndex()
	for i, key := range all {
		x.add([]byte(key), int64(i))
		x.add([]byte(key), -1) // the first one wins
	}
	for i, key := range all {
		if off, ok := x.find(key); !ok || off != int64(i) {
			t.Fatalf("%q is at %d, %v; want %d", key, off, ok, i)
		}
	}
	for _, key := range []string{keys.Output("a", "20000/"), keys.Output("b", "3/"), keys.Output("c", "1/"), "y", "a/2/b"} {
		if off, ok := x.find(key); ok {
			t.Errorf("%q is at %d, want nothing", key, off)
		}
	}
}
