package s3server

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Fault is what a network or a busy S3 does to one request.
type Fault string

// The faults. With Lost the request has been carried out, which the client
// can't tell from Reset.
const (
	Internal  Fault = "500"
	SlowDown  Fault = "503"
	Slow      Fault = "slow"      // the response comes in pieces, with pauses
	Reset     Fault = "reset"     // the connection breaks before the request is carried out
	Lost      Fault = "lost"      // the connection breaks after the request is carried out
	Truncated Fault = "truncated" // the connection breaks in the middle of the response
)

// pause is the time between the pieces of a slow response.
const pause = 20 * time.Millisecond

// Faults makes every n-th request to a server fail, by each of the kinds in
// turn. The same sequence of requests gets the same faults.
type Faults struct {
	every int
	kinds []Fault

	mu       sync.Mutex
	requests int
	met      map[Fault]int
}

// NewFaults returns faults for Intercept.
func NewFaults(every int, kinds ...Fault) *Faults {
	return &Faults{every: every, kinds: kinds, met: map[Fault]int{}}
}

// Met returns how often a kind has occurred.
func (f *Faults) Met(kind Fault) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.met[kind]
}

// Any reports whether any has occurred.
func (f *Faults) Any() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.met) > 0
}

func (f *Faults) next() Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if f.requests%f.every != 0 {
		return ""
	}
	kind := f.kinds[f.requests/f.every%len(f.kinds)]
	f.met[kind]++
	return kind
}

// Intercept is an Interceptor.
func (f *Faults) Intercept(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	kind := f.next()
	switch kind {
	case "":
		pass.ServeHTTP(w, r)
		return
	case Internal:
		refuse(w, http.StatusInternalServerError, "InternalError")
		return
	case SlowDown:
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return
	case Reset:
		reset(w)
		return
	}
	answer := httptest.NewRecorder()
	pass.ServeHTTP(answer, r)
	if kind == Lost {
		reset(w)
		return
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	body := answer.Body.Bytes()
	if r.Method != http.MethodHead {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	}
	w.WriteHeader(answer.Code)
	if kind == Truncated {
		w.Write(body[:len(body)/2])
		http.NewResponseController(w).Flush()
		reset(w)
		return
	}
	for len(body) > 0 {
		n := (len(body) + 2) / 3
		w.Write(body[:n])
		http.NewResponseController(w).Flush()
		body = body[n:]
		time.Sleep(pause)
	}
}

// refuse responds with an S3 error.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>a fault on purpose</Message></Error>", code)
}

// reset breaks the connection off abruptly.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}
