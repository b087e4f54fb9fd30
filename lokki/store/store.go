// Package store keeps the values that pass between steps: in memory, in a
// directory or in an S3 bucket.
//
// An object is written once and never changed, so that a step which is tried
// again can't change what its successor already reads. What is behind a key is
// either not there or complete; a reader gets the bytes that were put, or an error.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
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

// maxKey is the longest key that S3 takes, in bytes
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
const maxKey = 1024

// checkKey refuses what one of the stores could not hold or would take for
// something else, so that a key which works in one works in all.
func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("the key is empty")
	case len(key) > maxKey:
		return fmt.Errorf("the key has %d bytes, %d are allowed", len(key), maxKey)
	case !utf8.ValidString(key):
		return fmt.Errorf("key %q is not valid UTF-8", key)
	}
	for _, r := range key {
		if r < ' ' || r == 0x7f {
			return fmt.Errorf("key %q has a control character", key)
		}
	}
	if first, _, _ := strings.Cut(key, "/"); first == incomplete {
		return fmt.Errorf("key %q starts with %q, which is reserved", key, incomplete)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("key %q has an empty part, %q or %q between its slashes", key, ".", "..")
		}
	}
	return nil
}

// checkRange refuses an offset before the start of an object.
func checkRange(off int64) error {
	if off < 0 {
		return fmt.Errorf("offset %d is negative", off)
	}
	return nil
}

// failed says which operation on which object went wrong.
func failed(op, key string, err error) error {
	return fmt.Errorf("%s %s: %w", op, key, err)
}

// contextReader ends a stream with the context's error once ctx is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
