package bucket

import (
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// Gate authorizes the requests of one role.
type Gate struct {
	Partition string // as in "aws"

	// Allow returns an error if the role may not perform an action on a resource;
	// keys are the request's condition keys.
	Allow func(action, resource string, keys map[string][]string) error

	mu     sync.Mutex
	counts Requests
	denied error // the first error
}

// Requests counts requests by what S3 charges for them
// (https://aws.amazon.com/s3/pricing/).
type Requests struct {
	Put int // PUT, COPY, POST and LIST
	Get int // all others; DELETE is free and not counted

	Read, Written int64 // bytes of objects, in requests that were allowed
}

// Add returns the sum of both.
func (r Requests) Add(o Requests) Requests {
	return Requests{Put: r.Put + o.Put, Get: r.Get + o.Get, Read: r.Read + o.Read, Written: r.Written + o.Written}
}

// Requests returns the requests so far, including denied ones.
func (g *Gate) Requests() Requests {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts
}

// Denied returns why the first denied request was denied.
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
	// S3 says whether an object is missing only to those who may list the bucket
	// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
	// AWS doesn't say whether a right to list under a condition on the prefix, which this
	// request lacks, is enough: here it isn't.
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

// size returns how many bytes of an object, or of a part of one, a request
// writes.
func size(r *http.Request) int64 {
	// Then the body also has checksums between the object's chunks
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

// hide responds "access denied" for an object that doesn't exist. A role that may
// list the object's key could find out for itself, and lacks nothing.
func (g *Gate) hide(w http.ResponseWriter, r *http.Request, c call, err error) {
	if missing := g.Allow("s3:ListBucket", c.bucketARN(g.Partition), listOf(c.key)); missing != nil {
		g.deny(w, r, missing)
		return
	}
	refuse(w, r, http.StatusForbidden, "AccessDenied", err)
}

// refuse responds as S3 does.
func refuse(w http.ResponseWriter, r *http.Request, status int, code string, err error) {
	io.Copy(io.Discard, r.Body) // so that the connection can be reused
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

// answer watches the server's response. It counts bytes before they are sent: a
// client that has the last one may ask for the counts at once.
type answer struct {
	http.ResponseWriter
	hide   func() // responds "access denied" instead of "not found"; if nil, "not found" stays
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
	case status >= http.StatusOK: // lower ones announce a response
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
		a.counts(int64(n-len(p)), 0) // these were not sent
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
