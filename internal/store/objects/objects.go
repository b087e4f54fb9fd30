// Package objects has the checks and errors that all stores share.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Incomplete is the folder for objects that are being written. No key may start
// with it, in any store.
const Incomplete = ".incomplete"

// maxKey is the longest key that S3 accepts, in bytes
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
const maxKey = 1024

// CheckKey refuses keys that any of the stores could not hold or would confuse, so
// that a key that works in one store works in all.
func CheckKey(key string) error {
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
	if first, _, _ := strings.Cut(key, "/"); first == Incomplete {
		return fmt.Errorf("key %q starts with %q, which is reserved", key, Incomplete)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("key %q has an empty part, %q or %q between its slashes", key, ".", "..")
		}
	}
	return nil
}

// CheckRange refuses an offset before the start of an object.
func CheckRange(off int64) error {
	if off < 0 {
		return fmt.Errorf("offset %d is negative", off)
	}
	return nil
}

// Failed wraps an error with the operation and the object.
func Failed(op, key string, err error) error {
	return fmt.Errorf("%s %s: %w", op, key, err)
}

// Reader ends a stream with the context's error once ctx is done.
type Reader struct {
	Ctx context.Context
	R   io.Reader
}

func (r Reader) Read(p []byte) (int, error) {
	if err := r.Ctx.Err(); err != nil {
		return 0, err
	}
	return r.R.Read(p)
}
