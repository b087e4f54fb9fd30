package bucket

import (
	"encoding/xml"
	"io"
	"net/http"
	"sync"
)

// Gate lets through the requests of one role.
type Gate struct {
	Partition string // as in "aws"

	// Allow returns an error when the role may not do an action on a resource.
	Allow func(action, resource string) error

	mu     sync.Mutex
	counts Requests
	denied error // the first
}

// Requests counts requests by what S3 charges for them
// (https://aws.amazon.com/s3/pricing/).
type Requests struct {
	Put int // PUT, COPY, POST and LIST
	Get int // all others; DELETE is free and not counted
}

// Requests returns the requests so far, those that were refused included.
func (g *Gate) Requests() Requests {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts
}

// Denied returns why the first request that was refused was.
func (g *Gate) Denied() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.denied
}

// Intercept is an s3server.Interceptor.
func (g *Gate) Intercept(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	c, err := read(r)
	if err != nil {
		refuse(w, r, http.StatusNotImplemented, "NotImplemented", err)
		return
	}
	g.count(c.action)
	if err := g.Allow(c.action, c.arn(g.Partition)); err != nil {
		g.deny(w, r, err)
		return
	}
	// Whether an object is missing may only be told to those who may list the
	// bucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
	if c.action == "s3:GetObject" {
		if err := g.Allow("s3:ListBucket", c.bucketARN(g.Partition)); err != nil {
			pass.ServeHTTP(&hidden{ResponseWriter: w, deny: func() { g.deny(w, r, err) }}, r)
			return
		}
	}
	pass.ServeHTTP(w, r)
}

func (g *Gate) count(action string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch action {
	case "s3:PutObject", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts":
		g.counts.Put++
	case "s3:GetObject":
		g.counts.Get++
	}
}

func (g *Gate) deny(w http.ResponseWriter, r *http.Request, err error) {
	g.mu.Lock()
	if g.denied == nil {
		g.denied = err
	}
	g.mu.Unlock()
	refuse(w, r, http.StatusForbidden, "AccessDenied", err)
}

// refuse answers as S3 does.
func refuse(w http.ResponseWriter, r *http.Request, status int, code string, err error) {
	io.Copy(io.Discard, r.Body) // so that the connection can go on
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	body, _ := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: err.Error()})
	w.Write(body)
}

// hidden answers "access denied" instead of "not found".
type hidden struct {
	http.ResponseWriter
	deny   func()
	denied bool
}

func (h *hidden) WriteHeader(status int) {
	if status == http.StatusNotFound {
		h.denied = true
		for name := range h.Header() {
			h.Header().Del(name)
		}
		h.deny()
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *hidden) Write(p []byte) (int, error) {
	if h.denied {
		return len(p), nil
	}
	return h.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (h *hidden) Unwrap() http.ResponseWriter { return h.ResponseWriter }
