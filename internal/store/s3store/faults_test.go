package s3store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

// faults are what a network and a busy S3 do to a request.
var faults = []string{
	"500", "503", "conflict", "500 after it was done", "reset", "reset after it was done",
	"answer cut short", "answer changed", "request changed", "slow",
}

// faulty is a proxy that lets a share of the requests go wrong.
type faulty struct {
	target string
	share  float64

	mu     sync.Mutex
	random *rand.Rand
	met    map[string]int
}

func (f *faulty) next() (fault string, at float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.random.Float64() >= f.share {
		return "", 0
	}
	fault = faults[f.random.IntN(len(faults))]
	f.met[fault]++
	return fault, f.random.Float64()
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client disconnected
	}
	fault, at := f.next()
	switch fault {
	case "500":
		refuse(w, 500, "InternalError")
		return
	case "503":
		refuse(w, 503, "SlowDown")
		return
	case "conflict":
		if r.Method == http.MethodPut {
			refuse(w, 409, "ConditionalRequestConflict")
			return
		}
	case "reset":
		reset(w)
		return
	case "request changed":
		flip(body, at)
	}
	status, header, answer, err := f.pass(r, body)
	if err != nil {
		reset(w)
		return
	}
	switch fault {
	case "500 after it was done":
		refuse(w, 500, "InternalError")
		return
	case "reset after it was done":
		reset(w)
		return
	case "answer changed":
		flip(answer, at)
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	switch fault {
	case "answer cut short":
		w.Write(answer[:int(at*float64(len(answer)))])
		reset(w)
	case "slow":
		for len(answer) > 0 {
			n := min(len(answer), 1+len(answer)/3)
			w.Write(answer[:n])
			w.(http.Flusher).Flush()
			answer = answer[n:]
		}
	default:
		w.Write(answer)
	}
}

// pass forwards the request and returns the response.
func (f *faulty) pass(r *http.Request, body []byte) (int, http.Header, []byte, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, f.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	out.Header, out.Host = r.Header.Clone(), r.Host
	answer, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, data, err
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<Error><Code>%s</Code><Message>as the test wants it</Message></Error>`, code)
}

// reset breaks the connection off.
func reset(w http.ResponseWriter) {
	w.(http.Flusher).Flush()
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

func flip(data []byte, at float64) {
	if len(data) > 0 {
		data[int(at*float64(len(data)))] ^= 1 << int(at*8)
	}
}

// Whatever goes wrong, a value that is read is the value that was put, and what
// fails for good succeeds when the step is retried.
func TestS3FaultsLoseNothing(t *testing.T) {
	const steps, workers, again = 150, 8, 20
	bucket := newBucket(t)
	proxy := &faulty{target: server.URL(), share: 0.3, random: rand.New(rand.NewPCG(1, 2)), met: map[string]int{}}
	front := httptest.NewServer(proxy)
	defer front.Close()
	s := s3store.New(clientAt(front.URL, 5), bucket)
	clean := s3store.New(server.Client(), bucket)

	var failures, tries int
	var mu sync.Mutex
	retry := func(what string, try func() error) {
		for range again {
			err := try()
			mu.Lock()
			tries++
			if err != nil {
				failures++
			}
			mu.Unlock()
			if err == nil {
				return
			}
		}
		t.Errorf("%s failed %d times", what, again)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < steps; i += workers {
				value := testValue(i)
				frames, split := twoFrames(t, value)
				key := fmt.Sprintf("run/%d/output.json.gz", i)
				retry("Put", func() error {
					err := s.Put(t.Context(), key, bytes.NewReader(frames))
					if errors.Is(err, store.ErrExists) {
						return nil // an earlier attempt stored it, and the response was lost
					}
					return err
				})
				retry("Get", func() error {
					got, err := readAll(t.Context(), s, key, 0, -1)
					if err == nil && !bytes.Equal(got, frames) {
						t.Errorf("%s: a wrong object was read", key)
					}
					return err
				})
				// S3 has no checksum for a range: the frame's own protects it.
				retry("Get of the second frame", func() error {
					got, err := readFrame(t.Context(), s, key, int64(split), int64(len(frames)-split))
					if err == nil && !bytes.Equal(got, value[len(value)/2:]) {
						t.Errorf("%s: a wrong frame was read", key)
					}
					return err
				})
				if got, err := readAll(t.Context(), clean, key, 0, -1); err != nil || !bytes.Equal(got, frames) {
					t.Errorf("%s: the bucket holds %d bytes, %v; want the %d that were put", key, len(got), err, len(frames))
				}
			}
		})
	}
	wg.Wait()
	t.Logf("faults met: %v; %d of %d calls failed for good", proxy.met, failures, tries)
	for _, fault := range faults {
		if proxy.met[fault] == 0 {
			t.Errorf("the fault %q did not happen", fault)
		}
	}
}

// The server dies and comes back, as in a run that outlives an outage.
func TestS3ServerDiesInBetween(t *testing.T) {
	bucket := newBucket(t)
	s := s3store.New(clientAt(server.URL(), 3), bucket)
	value := testValue(0)
	if err := s.Put(t.Context(), "before", bytes.NewReader(value)); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	if err := s.Put(t.Context(), "during", bytes.NewReader(value)); err == nil || errors.Is(err, store.ErrExists) {
		t.Errorf("Put while the server is down: %v, want another error", err)
	}
	if _, err := s.Size(t.Context(), "before"); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("Size while the server is down: %v, want an error that is not ErrNotFound", err)
	}
	if err := server.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"during", "after"} {
		if err := s.Put(t.Context(), key, bytes.NewReader(value)); err != nil {
			t.Error(err)
		}
	}
	for _, key := range []string{"before", "during", "after"} {
		if got, err := readAll(t.Context(), s, key, 0, -1); err != nil || !bytes.Equal(got, value) {
			t.Errorf("%s: %d bytes, %v; want the value", key, len(got), err)
		}
	}
}

// testValue returns a value of 300 bytes to 300 kB; each fiftieth is so large that
// it is stored in parts.
func testValue(i int) []byte {
	size := 300 << (i % 11)
	if i%50 == 7 {
		size = 17 << 20
	}
	value := make([]byte, size)
	random := rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)})
	random.Read(value)
	return value
}

// twoFrames compresses both halves of value, and returns where the second begins.
func twoFrames(t *testing.T, value []byte) (frames []byte, split int) {
	var buf bytes.Buffer
	for _, half := range [][]byte{value[:len(value)/2], value[len(value)/2:]} {
		split = buf.Len()
		gz := codec.Compress(&buf)
		gz.Write(half)
		if err := gz.Close(); err != nil {
			t.Error(err)
		}
	}
	return buf.Bytes(), split
}

func readAll(ctx context.Context, s store.Store, key string, off, n int64) ([]byte, error) {
	r, err := s.Get(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func readFrame(ctx context.Context, s store.Store, key string, off, n int64) ([]byte, error) {
	r, err := s.Get(ctx, key, off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	gz, err := codec.Decompress(r, 1<<30)
	if err != nil {
		return nil, err
	}
	defer gz.Close()
	return io.ReadAll(gz)
}
