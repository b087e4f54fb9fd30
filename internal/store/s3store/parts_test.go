package s3store_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

// through returns a server that passes every request to handle, with a function
// that forwards it to the real server.
func through(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, pass func())) *httptest.Server {
	f := &faulty{target: server.URL()}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handle(w, r, func() {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			status, header, answer, err := f.pass(r, body)
			if err != nil {
				if r.Context().Err() == nil { // otherwise the client disconnected
					t.Errorf("%s %s: %v", r.Method, r.URL, err)
				}
				return
			}
			for name, values := range header {
				w.Header()[name] = values
			}
			w.WriteHeader(status)
			w.Write(answer)
		})
	}))
	t.Cleanup(front.Close)
	return front
}

func isCompletion(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

// uploads returns the number of incomplete uploads in the bucket.
func uploads(t *testing.T, bucket string) int {
	t.Helper()
	out, err := server.Client().ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Uploads)
}

var inParts = bytes.Repeat([]byte("0123456789abcdef"), 18<<20/16)

// The object is stored, the response is lost, and the retry finds no upload.
func TestS3PartsCompletedWithoutAnAnswer(t *testing.T) {
	bucket := newBucket(t)
	var completions atomic.Int32
	front := through(t, func(w http.ResponseWriter, r *http.Request, pass func()) {
		if isCompletion(r) && completions.Add(1) == 1 {
			body, _ := io.ReadAll(r.Body)
			if status, _, _, err := (&faulty{target: server.URL()}).pass(r, body); err != nil || status != 200 {
				t.Errorf("completing: status %d, %v", status, err)
			}
			reset(w)
			return
		}
		pass()
	})
	s := s3store.New(clientAt(front.URL, 3), bucket)
	if err := s.Put(t.Context(), "k", bytes.NewReader(inParts)); err != nil && !errors.Is(err, store.ErrExists) {
		t.Errorf("Put: %v, want success or ErrExists", err)
	}
	if completions.Load() < 2 {
		t.Error("the completion was not repeated")
	}
	if got, err := readAll(t.Context(), s, "k", 0, -1); err != nil || !bytes.Equal(got, inParts) {
		t.Errorf("%d bytes, %v; want the object", len(got), err)
	}
}

func TestS3PartsOfAFailedUploadAreRemoved(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		body   io.Reader
		refuse func(r *http.Request) bool
		want   string
	}{
		{"body", io.MultiReader(bytes.NewReader(inParts), failingReader{broken}), nil, "reading the body: broken"},
		{"second part", bytes.NewReader(inParts), func(r *http.Request) bool { return r.URL.Query().Get("partNumber") == "2" }, "500"},
		{"completion", bytes.NewReader(inParts), isCompletion, "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bucket := newBucket(t)
			front := through(t, func(w http.ResponseWriter, r *http.Request, pass func()) {
				if c.refuse != nil && c.refuse(r) {
					io.Copy(io.Discard, r.Body)
					refuse(w, 500, "InternalError")
					return
				}
				pass()
			})
			s := s3store.New(clientAt(front.URL, 2), bucket)
			wantMessage(t, s.Put(t.Context(), "k", c.body), "s3://"+bucket+"/k", c.want)
			if _, err := s.Size(t.Context(), "k"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("Size: %v, want ErrNotFound", err)
			}
			if n := uploads(t, bucket); n != 0 {
				t.Errorf("%d uploads are left", n)
			}
		})
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// A large object whose key exists is refused, and leaves no parts.
func TestS3PartsOfARefusedUploadAreRemoved(t *testing.T) {
	bucket := newBucket(t)
	s := s3store.New(server.Client(), bucket)
	if err := s.Put(t.Context(), "k", strings.NewReader("first")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "k", bytes.NewReader(inParts)); !errors.Is(err, store.ErrExists) {
		t.Errorf("Put: %v, want ErrExists", err)
	}
	if n := uploads(t, bucket); n != 0 {
		t.Errorf("%d uploads are left", n)
	}
}

// breaking returns a server whose responses break off after a third.
func breaking(t *testing.T, times int32) (front *httptest.Server, breaks *atomic.Int32) {
	breaks = new(atomic.Int32)
	front = through(t, func(w http.ResponseWriter, r *http.Request, pass func()) {
		if r.Method != http.MethodGet || breaks.Load() >= times {
			pass()
			return
		}
		breaks.Add(1)
		status, header, answer, err := (&faulty{target: server.URL()}).pass(r, nil)
		if err != nil {
			t.Error(err)
		}
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		w.Write(answer[:len(answer)/3])
		reset(w)
	})
	return front, breaks
}

func TestS3ReadingGoesOnWhereItBroke(t *testing.T) {
	bucket := newBucket(t)
	value := testValue(9)
	if err := s3store.New(server.Client(), bucket).Put(t.Context(), "k", bytes.NewReader(value)); err != nil {
		t.Fatal(err)
	}
	for _, span := range [][2]int64{{0, -1}, {1000, -1}, {1000, 50_000}} {
		front, breaks := breaking(t, 3)
		got, err := readAll(t.Context(), s3store.New(clientAt(front.URL, 1), bucket), "k", span[0], span[1])
		want := value[span[0]:]
		if span[1] >= 0 {
			want = want[:span[1]]
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("range %v: %d bytes, %v; want %d", span, len(got), err, len(want))
		}
		if breaks.Load() != 3 {
			t.Errorf("range %v: %d breaks, want 3", span, breaks.Load())
		}
	}
	front, _ := breaking(t, 1000)
	_, err := readAll(t.Context(), s3store.New(clientAt(front.URL, 1), bucket), "k", 0, -1)
	wantMessage(t, err, "s3://"+bucket+"/k", "the connection broke 11 times")
}

// TestS3PartsAreUsedAgain: sent parts are reused, so the memory that Put allocates
// does not grow with the body.
func TestS3PartsAreUsedAgain(t *testing.T) {
	const size, most = 160 << 20, 64 << 20
	bucket := newBucket(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"x"`)
		if r.Method == http.MethodPost {
			io.WriteString(w, "<Result><UploadId>1</UploadId><ETag>x</ETag></Result>")
		}
	}))
	t.Cleanup(front.Close)
	s := s3store.New(clientAt(front.URL, 1), bucket)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := s.Put(t.Context(), "k", io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > most {
		t.Errorf("storing %d bytes took %d bytes of memory, want at most %d", size, took, most)
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
