package lambdahost

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// invocation is one payload on its way through the program.
type invocation struct {
	id       string
	payload  []byte
	timeout  time.Duration
	answered chan answer // buffered: the answer may come after the host gave up
}

// answer is what the program sent back.
type answer struct {
	payload []byte
	failure *Failure
}

func (a answer) into(r *Result) { r.Payload, r.Failure = a.payload, a.failure }

var lastID atomic.Int64

func newInvocation(payload []byte, timeout time.Duration) *invocation {
	// In the form of a UUID, as programs may check it.
	id := fmt.Sprintf("00000000-0000-4000-8000-%012x", lastID.Add(1))
	return &invocation{id: id, payload: payload, timeout: timeout, answered: make(chan answer, 1)}
}

// runtimeAPI serves the program's calls.
func (w *worker) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", w.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", w.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", w.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", accept)
	return mux
}

// next responds once there is an invocation.
func (w *worker) next(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	if w.asked.IsZero() {
		w.asked = time.Now()
	}
	w.mu.Unlock()
	select {
	case inv := <-w.invocations:
		w.mu.Lock()
		w.current = inv
		w.mu.Unlock()
		h := rw.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(inv.timeout).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:"+w.name)
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
		rw.Write(inv.payload)
	case <-r.Context().Done(): // the program is gone
	}
}

func (w *worker) response(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	a := answer{payload: body}
	switch failed := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); {
	case failed != "":
		a = answer{failure: &Failure{Type: failed, Message: "the response was cut off"}}
	case len(body) > maxPayload:
		a = answer{failure: &Failure{Type: "Function.ResponseSizeTooLarge",
			Message: fmt.Sprintf("the response is larger than %d bytes", maxPayload)}}
	}
	w.answer(rw, r, a)
}

func (w *worker) failure(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	f := &Failure{Raw: body}
	if err := json.Unmarshal(body, f); err != nil {
		f.Type, f.Message = "Runtime.Unknown", string(body)
	}
	w.answer(rw, r, answer{failure: f})
}

// answer ends the current invocation. An answer to any other is rejected.
func (w *worker) answer(rw http.ResponseWriter, r *http.Request, a answer) {
	w.mu.Lock()
	inv := w.current
	if inv == nil || inv.id != r.PathValue("id") {
		w.mu.Unlock()
		http.Error(rw, `{"errorMessage":"no such invocation","errorType":"InvalidRequestID"}`, http.StatusBadRequest)
		return
	}
	w.current = nil
	w.mu.Unlock()
	inv.answered <- a
	accept(rw, r)
}

func accept(rw http.ResponseWriter, _ *http.Request) {
	rw.WriteHeader(http.StatusAccepted)
	io.WriteString(rw, `{"status":"OK"}`)
}
