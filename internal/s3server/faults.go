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

// The faults. After Lost the request has been carried out: the client can't
// tell that from Reset.
const (
	Internal  Fault = "500"
	SlowDown  Fault = "503"
	Slow      Fault = "slow"      // the answer comes in pieces, with pauses
	Reset     Fault = "reset"     // the connection breaks before the request is carried out
	Lost      Fault = "lost"      // the connection breaks afterwards
	Truncated Fault = "truncated" // the connection breaks in the middle of the answer
)

// pause is between the pieces of a slow answer.
const pause = 20 * time.Millisecond

// Faults lets every n-th request of a server go wrong, in turn by each of the
// kinds. What goes wrong is the same for the same sequence of requests.
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

// Met is how often a kind has occurred.
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

// refuse answers with an error of S3.
func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>a fault on purpose</Message></Error>", code)
}

// reset breaks the connection off without a goodbye.
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
