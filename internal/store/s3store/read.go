package s3store

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// maxBreaks is how often the connection of one Get may break. The client itself
// retries until the first response; this counts later breaks.
const maxBreaks = 10

// object is the stream of one Get.
type object struct {
	ctx  context.Context
	s    *Store
	key  string
	etag *string

	body      io.ReadCloser
	pos, end  int64  // position in the object; end of the range
	crc       uint32 // of the bytes read
	want      string // the object's checksum; "" if it is unknown or the range is not the whole object
	breaks    int
	lastError error
}

// open sends the request for n bytes from off, or all when n < 0.
func (s *Store) open(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	o := &object{ctx: ctx, s: s, key: key, pos: off, end: -1}
	if n >= 0 {
		o.end = off + n
		if o.end < off {
			o.end = -1 // an end beyond int64 is beyond any object's end
		}
	}
	err := o.request()
	if isCode(err, "InvalidRange") {
		return io.NopCloser(strings.NewReader("")), nil // starts at or beyond the end
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// request asks for the bytes from pos to end, and sets end to the actual end. In
// the first request for all bytes, end is -1.
func (o *object) request() error {
	in := &s3.GetObjectInput{Bucket: &o.s.bucket, Key: &o.key, IfMatch: o.etag, ChecksumMode: types.ChecksumModeEnabled}
	switch {
	case o.end >= 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", o.pos, o.end-1))
	case o.pos > 0:
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", o.pos))
	}
	out, err := o.s.client.GetObject(o.ctx, in)
	if err != nil {
		return err
	}
	first, last, size, err := extent(out)
	if err == nil && (first != o.pos || (o.end >= 0 && last >= o.end) || (last < size-1 && last != o.end-1)) {
		err = fmt.Errorf("the server sent the bytes %d to %d of %d instead of %s", first, last, size, aws.ToString(in.Range))
	}
	if err != nil {
		out.Body.Close()
		return err
	}
	if o.etag == nil {
		o.etag = out.ETag
		sum := aws.ToString(out.ChecksumCRC32)
		// A checksum with a dash is computed from those of the parts.
		if first == 0 && last == size-1 && !strings.Contains(sum, "-") {
			o.want = sum
		}
	}
	o.body, o.end = out.Body, last+1
	return nil
}

// extent returns which bytes of the object a response holds. The length must
// match them, since a proxy that truncates a body may adjust it.
func extent(out *s3.GetObjectOutput) (first, last, size int64, err error) {
	if out.ContentLength == nil {
		return 0, 0, 0, errors.New("the server did not say how long its response is")
	}
	length := *out.ContentLength
	if out.ContentRange == nil {
		return 0, length - 1, length, nil
	}
	first, last, size, err = parseContentRange(*out.ContentRange)
	if err == nil && last-first+1 != length {
		err = fmt.Errorf("the server sent %d bytes for its Content-Range %q", length, *out.ContentRange)
	}
	return first, last, size, err
}

func (o *object) Read(p []byte) (int, error) {
	if o.lastError != nil {
		return 0, o.lastError
	}
	n, err := o.read(p)
	if err != nil && err != io.EOF {
		err = o.s.failed("reading", o.key, err)
	}
	o.lastError = err
	return n, err
}

func (o *object) read(p []byte) (int, error) {
	n, err := o.body.Read(p)
	o.crc = crc32.Update(o.crc, crc32.IEEETable, p[:n])
	o.pos += int64(n)
	switch {
	case err == nil:
		return n, nil
	case o.ctx.Err() != nil:
		return n, o.ctx.Err()
	case err == io.EOF && o.pos == o.end:
		if o.want != "" && o.want != encodeCRC(o.crc) {
			return n, errChanged
		}
		return n, io.EOF
	case o.pos >= o.end: // all bytes arrived, and the client found them damaged
		return n, fmt.Errorf("%w: %w", errChanged, err)
	}
	o.breaks++
	if o.breaks > maxBreaks {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return n, fmt.Errorf("the connection broke %d times, the last time after %d of %d bytes: %w", o.breaks, o.pos, o.end, err)
	}
	o.body.Close()
	return n, o.request()
}

// errChanged is the error for data that differs from what was put.
var errChanged = errors.New("the data was changed in the bucket or in transit: its checksum does not match")

func (o *object) Close() error {
	if o.lastError == nil {
		o.lastError = errors.New("reading from a closed object")
	}
	return o.body.Close()
}
