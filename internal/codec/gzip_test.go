package codec

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func compress(t testing.TB, chunks ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := Compress(&buf)
	for _, c := range chunks {
		if _, err := io.WriteString(w, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func decompress(data []byte, limit int64) (string, error) {
	r, err := Decompress(bytes.NewReader(data), limit)
	if err != nil {
		return "", err
	}
	defer r.Close()
	out, err := io.ReadAll(r)
	return string(out), err
}

func TestGzipRoundTrip(t *testing.T) {
	for _, text := range []string{"", "x", strings.Repeat("lokki ", 100_000)} {
		data := compress(t, text)
		if got, err := decompress(data, int64(len(text))); err != nil || got != text {
			t.Errorf("%d bytes come back as %d, %v", len(text), len(got), err)
		}
		std, err := stdgzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(std); err != nil || string(got) != text {
			t.Errorf("compress/gzip reads %d bytes, %v; want %d", len(got), err, len(text))
		}
	}
}

func TestGzipMembersInARow(t *testing.T) {
	data := append(compress(t, "first "), compress(t, "second")...)
	if got, err := decompress(data, 100); err != nil || got != "first second" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestGzipIsDeterministic(t *testing.T) {
	text := strings.Repeat("some text 1234 ", 20_000)
	want := compress(t, text)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				if got := compress(t, text); !bytes.Equal(got, want) {
					t.Error("the same text becomes other bytes")
				}
			}
		})
	}
	wg.Wait()
}

func TestGzipLimit(t *testing.T) {
	data := compress(t, "0123456789")
	for limit := range int64(12) {
		got, err := decompress(data, limit)
		if limit >= 10 {
			if err != nil || len(got) != 10 {
				t.Errorf("limit %d: %q, %v; want all", limit, got, err)
			}
			continue
		}
		if !errors.Is(err, ErrTooLarge) || int64(len(got)) != limit {
			t.Errorf("limit %d: %q, %v; want %d bytes and ErrTooLarge", limit, got, err, limit)
		}
	}
	if got, err := decompress(compress(t, ""), 0); err != nil || got != "" {
		t.Errorf("limit 0: %q, %v; want nothing", got, err)
	}
}

// TestGzipFindsDamage flips every bit and cuts at every length: damage is never
// taken for data.
func TestGzipFindsDamage(t *testing.T) {
	const text = "a value that passes between steps, a value that passes"
	data := compress(t, text)
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			// Some bits of the header don't affect the data.
			if got, err := decompress(damaged, 1000); err == nil && got != text {
				t.Errorf("byte %d, bit %d: %q is read", i, bit, got)
			}
		}
	}
	for n := range data {
		if got, err := decompress(data[:n], 1000); err == nil {
			t.Errorf("the first %d bytes are read as %q", n, got)
		}
	}
	if got, err := decompress(append(bytes.Clone(data), 0), 1000); err == nil {
		t.Errorf("with a byte more %q is read", got)
	}
}

func TestGzipErrorOfTheSource(t *testing.T) {
	broken := errors.New("broken")
	data := compress(t, strings.Repeat("x", 1000))
	r, err := Decompress(io.MultiReader(bytes.NewReader(data[:15]), failingReader{broken}), 2000)
	if err == nil {
		_, err = io.ReadAll(r)
	}
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the source's error", err)
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

func TestGzipAfterClose(t *testing.T) {
	var buf bytes.Buffer
	w := Compress(&buf)
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Errorf("Close twice: %v", err)
	}
	if _, err := w.Write([]byte("x")); err == nil {
		t.Error("Write after Close succeeds")
	}
	r, err := Decompress(&buf, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Errorf("Close twice: %v", err)
	}
	if _, err := r.Read(make([]byte, 1)); err == nil {
		t.Error("Read after Close succeeds")
	}
}

func TestEncodeAndDecode(t *testing.T) {
	want := []row{{ID: 1, Name: "goose", At: winter}, {ID: 2, Data: []byte{1}, At: winter}}
	var buf bytes.Buffer
	if err := Encode(&buf, want); err != nil {
		t.Fatal(err)
	}
	data := buf.Bytes()
	var got []row
	if err := Decode(bytes.NewReader(data), 1000, &got); err != nil || !same(reflect.ValueOf(got), reflect.ValueOf(want)) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	plain, err := Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := decompress(data, 1000); err != nil || text != string(plain) {
		t.Errorf("Encode writes %q, %v; Marshal %q", text, err, plain)
	}
	if err := Decode(bytes.NewReader(data), 50, &got); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Decode with a limit: %v, want ErrTooLarge", err)
	}
	for n := range data {
		if err := Decode(bytes.NewReader(data[:n]), 1000, &got); err == nil {
			t.Errorf("the first %d bytes are decoded", n)
		}
	}
	if err := Decode(bytes.NewReader(append(bytes.Clone(data), data...)), 1000, &got); err == nil {
		t.Error("two values are decoded as one")
	}
	buf.Reset()
	if err := Encode(&buf, []any{strings.Repeat("x", 100_000), "\xff"}); err == nil {
		t.Error("Encode of a string that is not UTF-8 succeeds")
	}
	if err := Decode(&buf, 1<<20, new(any)); err == nil {
		t.Error("what a failed Encode wrote is decoded")
	}
}
