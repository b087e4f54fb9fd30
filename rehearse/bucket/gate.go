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

	// Allow returns an error when the role may not do an action on a resource; keys
	// are the condition keys of the request.
	Allow func(action, resource string, keys map[string][]string) error

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
	if err := g.Allow(c.action, c.arn(g.Partition), c.keys); err != nil {
		g.deny(w, r, err)
		return
	}
	a := &answer{ResponseWriter: w, counts: g.move}
	switch {
	case c.action == "s3:GetObject" && r.Method == http.MethodGet:
		a.reads = true
	case c.action == "s3:PutObject" && r.Method == http.MethodPut:
		a.written = size(r)
	}
	// Whether an object is missing may only be told to those who may list the
	// bucket (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
	// AWS doesn't say whether that may be under a condition on the list's prefix, which
	// this request doesn't have: here it may not.
	if c.action == "s3:GetObject" {
		if err := g.Allow("s3:ListBucket", c.bucketARN(g.Partition), nil); err != nil {
			a.hide = func() { g.hide(w, r, c, err) }
		}
	}
	pass.ServeHTTP(a, r)
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

// move counts bytes of objects.
func (g *Gate) move(read, written int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts.Read += read
	g.counts.Written += written
}

// size is that of the object, or of the part of one, that a request writes, in bytes.
func size(r *http.Request) int64 {
	// The body has checksums between the parts of the object then
	// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).
	if object, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64); err == nil {
		return max(object, 0)
	}
	return max(r.ContentLength, 0)
}

func (g *Gate) deny(w http.ResponseWriter, r *http.Request, err error) {
	g.mu.Lock()
	if g.denied == nil {
		g.denied = err
	}
	g.mu.Unlock()
	refuse(w, r, http.StatusForbidden, "AccessDenied", err)
}

// hide says "access denied" of an object that isn't there. A role that may list the
// object's key can find out by itself, and lacks nothing.
func (g *Gate) hide(w http.ResponseWriter, r *http.Request, c call, err error) {
	if missing := g.Allow("s3:ListBucket", c.bucketARN(g.Partition), listOf(c.key)); missing != nil {
		g.deny(w, r, missing)
		return
	}
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

// answer watches what the server answers. It counts bytes before they go out: a
// client that has the last one may ask for the counts at once.
type answer struct {
	http.ResponseWriter
	hide   func() // says "access denied" instead of "not found"; nil leaves that
	hidden bool

	counts  func(read, written int64)
	reads   bool  // the body is an object's, if the request succeeds
	written int64 // bytes that the request writes, if it succeeds
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
	switch {
	case status == http.StatusOK || status == http.StatusPartialContent:
		a.counts(0, a.written)
	case status >= http.StatusOK: // those before say that an answer will follow
		a.reads = false
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.hidden {
		return len(p), nil
	}
	if !a.reads {
		return a.ResponseWriter.Write(p)
	}
	a.counts(int64(len(p)), 0)
	n, err := a.ResponseWriter.Write(p)
	if n < len(p) {
		a.counts(int64(n-len(p)), 0) // these did not go out
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
