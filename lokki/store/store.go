// Package store keeps the values that pass between steps: in memory or in a
// directory; package s3store does so in an S3 bucket.
//
// An object is written once and never changed, so that a step which is tried
// again can't change what its successor already reads. What is behind a key is
// either not there or complete; a reader gets the bytes that were put, or an error.
package store

import (
	"context"
	"errors"
	"io"
)

// What a caller has to tell apart; match them with errors.Is.
var (
	ErrNotFound = errors.New("no such object")
	ErrExists   = errors.New("object exists already")
)

// Store holds objects under keys such as "lokki/birds-flow/run-1/get-birds/output.json.gz".
//
// A key is 1 to 1024 bytes of valid UTF-8 without control characters; the parts
// between its slashes are not empty, "." or "..", and the first is not
// ".incomplete". All methods may be called
// concurrently and end early, with the context's error, when ctx is done.
type Store interface {
	// Put stores what body yields under key, once: a key that exists is left
	// as it is and Put returns an error that Is ErrExists. After any other
	// error nothing is visible under key, unless the connection broke after
	// the store had accepted the object; putting it again then tells.
	// Put does not close body and returns body's own error wrapped.
	Put(ctx context.Context, key string, body io.Reader) error

	// Get streams n bytes of the object from offset off; n < 0 means to its
	// end. Bytes beyond the end are left out, so off at or beyond the end
	// yields none. The error Is ErrNotFound when there is no such object. The
	// caller closes the reader; ctx must live until then.
	Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)

	// Size returns the object's size in bytes, or an error that Is ErrNotFound.
	Size(ctx context.Context, key string) (int64, error)
}
