// Package s3store keeps values in an S3 bucket. It is separate from package store
// so that programs without a bucket don't link the AWS SDK.
package s3store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/objects"
)

// Store is a store.Store in an S3 bucket.
//
// Every upload carries a CRC-32, which S3 verifies before it accepts the data,
// and stores; reading a whole object verifies it at the end. S3 has no checksum
// for a range of an object: readers of a range must verify the data themselves,
// as the members of a gzip stream allow.
//
// Put holds at most 32 MiB of the body at a time and stores at most 78 GiB.
type Store struct {
	client *s3.Client
	bucket string
}

// New returns the store in bucket, which must exist. The client's own retries
// apply; NewClient makes a suitable one.
func New(client *s3.Client, bucket string) *Store { return &Store{client, bucket} }

// Put implements store.Store. The condition "If-None-Match: *" makes S3 itself refuse
// the second of two objects. If the response to a successful Put is lost, the
// client's own retry finds the object: that too is store.ErrExists.
func (s *Store) Put(ctx context.Context, key string, body io.Reader) error {
	if err := objects.CheckKey(key); err != nil {
		return objects.Failed("storing", key, err)
	}
	if err := s.put(ctx, key, objects.Reader{Ctx: ctx, R: body}); err != nil {
		return s.failed("storing", key, err)
	}
	return nil
}

// put sends a body of one part, as most are, in one request: it needs no multipart
// upload.
func (s *Store) put(ctx context.Context, key string, body io.Reader) error {
	first, err := readPart(parts.Get().(*part), body)
	if err != nil {
		return err
	}
	if len(first.data) < partSize {
		return s.putWhole(ctx, key, first)
	}
	second, err := readPart(wholePart(), body)
	if err != nil {
		return err
	}
	if len(second.data) == 0 {
		releasePart(second)
		return s.putWhole(ctx, key, first)
	}
	return s.putParts(ctx, key, first, second, body)
}

func (s *Store) putWhole(ctx context.Context, key string, p *part) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:            &s.bucket,
		Key:               &key,
		Body:              bytes.NewReader(p.data),
		IfNoneMatch:       aws.String("*"),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	}, retryDamaged)
	if err == nil {
		releasePart(p)
	}
	return err
}

// partSize is the size of a request in bytes. S3 allows up to 10,000 parts of at
// least 5 MiB
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
const partSize = 8 << 20

// firstSize is the initial size of a body's buffer, in bytes.
const firstSize = 64 << 10

// growth is the factor by which a full buffer grows. At 4, the buffers discarded
// on the way to partSize total 5.3 MiB.
const growth = 4

// part is a piece of a body, held in memory so that it can be sent again after a
// failure.
type part struct{ data []byte }

// parts holds the parts of earlier Puts for reuse.
var parts = sync.Pool{New: func() any { return new(part) }}

// wholePart returns a part with memory for partSize bytes. A full part is most
// often followed by another, and growing would cost as much again.
func wholePart() *part {
	p := parts.Get().(*part)
	if cap(p.data) < partSize {
		p.data = make([]byte, 0, partSize)
	}
	return p
}

// readPart reads up to partSize bytes into the empty p, which grows only as far as
// a small body needs.
func readPart(p *part, body io.Reader) (*part, error) {
	for len(p.data) < partSize {
		if len(p.data) == cap(p.data) {
			// Not append: it would go beyond partSize.
			grown := make([]byte, len(p.data), min(max(firstSize, growth*cap(p.data)), partSize))
			copy(grown, p.data)
			p.data = grown
		}
		n, err := body.Read(p.data[len(p.data):cap(p.data)])
		p.data = p.data[:len(p.data)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			releasePart(p)
			return nil, bodyError{err}
		}
	}
	return p, nil
}

// releasePart makes the memory of a part available to other Puts. It must not be
// called after a failed request: the connection may still be reading from it.
func releasePart(p *part) {
	p.data = p.data[:0]
	parts.Put(p)
}

// retryDamaged makes the client retry an upload that arrived damaged or conflicted
// with another one for the same key.
func retryDamaged(o *s3.Options) {
	o.Retryer = retry.AddWithErrorCodes(o.Retryer,
		"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "IncompleteBody",
		"ConditionalRequestConflict", "OperationAborted")
}

// Get implements store.Store. If the connection breaks, another one continues there.
func (s *Store) Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	err := objects.CheckKey(key)
	if err == nil {
		err = objects.CheckRange(off)
	}
	if err != nil {
		return nil, objects.Failed("reading", key, err)
	}
	if n == 0 { // there are no empty ranges
		if _, err := s.Size(ctx, key); err != nil {
			return nil, err
		}
		return io.NopCloser(strings.NewReader("")), nil
	}
	r, err := s.open(ctx, key, off, n)
	if err != nil {
		return nil, s.failed("reading", key, s.refused(ctx, key, err))
	}
	return r, nil
}

// Size implements store.Store. It reads the first byte instead of requesting the
// object's head, because a response without a body doesn't distinguish a missing
// object from a missing bucket.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	if err := objects.CheckKey(key); err != nil {
		return 0, objects.Failed("finding", key, err)
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, Range: aws.String("bytes=0-0")})
	if isCode(err, "InvalidRange") {
		return 0, nil // only an empty object has no first byte
	}
	if err != nil {
		return 0, s.failed("finding", key, s.refused(ctx, key, err))
	}
	out.Body.Close()
	_, _, size, err := parseContentRange(aws.ToString(out.ContentRange))
	if err != nil {
		return 0, s.failed("finding", key, err)
	}
	return size, nil
}

// refused finds out what a refusal to read an object means. S3 also refuses to read
// a missing object if the caller may not list the whole bucket, so this lists the
// key, in case the caller may list that
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, Permissions).
func (s *Store) refused(ctx context.Context, key string, err error) error {
	if !isCode(err, "AccessDenied") {
		return err
	}
	// A key sorts before all others that begin with it.
	list, listErr := s.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &key, MaxKeys: aws.Int32(1)})
	if listErr == nil && (len(list.Contents) == 0 || aws.ToString(list.Contents[0].Key) != key) {
		return store.ErrNotFound
	}
	return err
}

// parseContentRange parses "bytes 0-99/1000": the first and the last byte, and
// the total size.
func parseContentRange(s string) (first, last, size int64, err error) {
	invalid := errors.New("the server's Content-Range " + strconv.Quote(s) + " can't be parsed")
	span, whole, ok := strings.Cut(strings.TrimPrefix(s, "bytes "), "/")
	from, to, ok2 := strings.Cut(span, "-")
	if !ok || !ok2 {
		return 0, 0, 0, invalid
	}
	for _, f := range []struct {
		text string
		to   *int64
	}{{from, &first}, {to, &last}, {whole, &size}} {
		if *f.to, err = strconv.ParseInt(f.text, 10, 64); err != nil || *f.to < 0 {
			return 0, 0, 0, invalid
		}
	}
	if first > last || last >= size {
		return 0, 0, 0, invalid
	}
	return first, last, size, nil
}
