package bucket

import (
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
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

	Read, Written int64 // bytes of objects, of requests that were let through
}

// Add is the sum of both.
func (r Requests) Add(o Requests) Requests {
	return Requests{Put: r.Put + o.Put, Get: r.Get + o.Get, Read: r.Read + o.Read, Written: r.Written + o.Written}
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
	a := &answer{ResponseWriter: w}
	// Whether an object is missing may only be told to those who may list the
	// bucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
	if c.action == "s3:GetObject" {
		if err := g.Allow("s3:ListBucket", c.bucketARN(g.Partition)); err != nil {
			a.hide = func() { g.deny(w, r, err) }
		}
	}
	pass.ServeHTTP(a, r)
	if a.status == http.StatusOK || a.status == http.StatusPartialContent {
		g.move(c.action, r, a)
	}
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

// move counts the bytes of a request that has succeeded.
func (g *Gate) move(action string, r *http.Request, a *answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case action == "s3:GetObject" && r.Method == http.MethodGet:
		g.counts.Read += a.size
	case action == "s3:PutObject" && r.Method == http.MethodPut:
		size := r.ContentLength
		// The body has checksums between the parts of the object then
		// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).
		if object, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64); err == nil {
			size = object
		}
		g.counts.Written += max(size, 0)
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

// answer watches what the server answers.
type answer struct {
	http.ResponseWriter
	hide   func() // says "access denied" instead of "not found"; nil leaves that
	hidden bool
	status int
	size   int64 // bytes of the body
}

func (a *answer) WriteHeader(status int) {
	if status == http.StatusNotFound && a.hide != nil {
		a.hidden = true
		for name := range a.Header() {
			a.Header().Del(name)
		}
		a.hide()
		return
	}
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.hidden {
		return len(p), nil
	}
	n, err := a.ResponseWriter.Write(p)
	a.size += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
