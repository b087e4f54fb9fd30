// Package store keeps the values that pass between steps, in memory or in a
// directory; package s3store keeps them in an S3 bucket.
//
// An object is written once and never changed, so that retrying a step can't
// change what its successor already reads. An object is either missing or complete;
// a reader gets the bytes that were put, or an error.
package store

import (
	"context"
	"errors"
	"io"
)

// Errors that callers must distinguish; match them with errors.Is.
var (
	ErrNotFound = errors.New("no such object")
	ErrExists   = errors.New("object already exists")
)

// Store holds objects under keys such as "lokki/birds-flow/run-1/get-birds/output.json.gz".
//
// A key is 1 to 1024 bytes of valid UTF-8 without control characters; the parts
// between its slashes are not empty, "." or "..", and the first is not
// ".incomplete". All methods may be called
// concurrently and end early, with the context's error, when ctx is done.
type Store interface {
	// Put stores the content of body under key, once: if the key exists, its
	// object is not changed and Put returns an error that Is ErrExists. After any
	// other error nothing is visible under key, unless the connection broke after
	// the store had accepted the object; then another Put returns ErrExists.
	// Put does not close body, and wraps body's errors.
	Put(ctx context.Context, key string, body io.Reader) error

	// Get streams n bytes of the object from offset off, or all the rest if n < 0.
	// Bytes beyond the end are omitted, so off at or beyond the end yields none.
	// The error Is ErrNotFound if there is no such object. The caller closes the
	// reader; ctx must live until then.
	Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)

	// Size returns the object's size in bytes, or an error that Is ErrNotFound.
	Size(ctx context.Context, key string) (int64, error)
}
