package s3store

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"github.com/lokki-build/lokki/internal/store"
)

const (
	partsAtOnce  = 3                // being sent, while one more is being read
	maxParts     = 10_000           // S3's limit
	abortTimeout = 10 * time.Second // for aborting an upload that failed
)

// putParts stores the parts first and second and the rest of body as one object.
// It doesn't use the SDK's transfer manager, which loses the error of a refused
// completion if aborting the upload fails too, writes to the standard logger, and
// can't send the checksum of the whole object, so that S3 would have only one per
// part, which reading does not verify.
func (s *Store) putParts(ctx context.Context, key string, first, second *part, body io.Reader) (err error) {
	created, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket:            &s.bucket,
		Key:               &key,
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
		ChecksumType:      types.ChecksumTypeFullObject,
	})
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		// Parts of an incomplete upload cost money. If aborting fails too, the
		// bucket's lifecycle rule for incomplete uploads removes them.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
		defer cancel()
		_, _ = s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
			Bucket: &s.bucket, Key: &key, UploadId: created.UploadId,
		})
	}()
	sent, crc, size, err := s.sendParts(ctx, key, created.UploadId, first, second, body)
	if err != nil {
		return err
	}
	_, err = s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket:          &s.bucket,
		Key:             &key,
		UploadId:        created.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: sent},
		IfNoneMatch:     aws.String("*"),
		ChecksumType:    types.ChecksumTypeFullObject,
		ChecksumCRC32:   aws.String(encodeCRC(crc)),
		MpuObjectSize:   &size,
	})
	// The response to a completion may be lost, so that the retry finds no upload;
	// or another upload was completed first, and this one is void.
	if isCode(err, "NoSuchUpload", "ConditionalRequestConflict") {
		if _, sizeErr := s.Size(ctx, key); sizeErr == nil {
			return store.ErrExists
		}
	}
	return err
}

// sendParts sends all parts, several at once, and returns what completing the
// upload requires: the parts, and the checksum and size of the whole.
func (s *Store) sendParts(ctx context.Context, key string, upload *string, first, second *part, body io.Reader) (
	sent []types.CompletedPart, crc uint32, size int64, err error,
) {
	// A part that fails keeps others from starting but does not cancel them: S3
	// might accept them after the upload was aborted, and keep them.
	sending, stop := context.WithCancel(ctx)
	defer stop()
	var group errgroup.Group
	group.SetLimit(partsAtOnce)
	var done []*types.CompletedPart
	// Sent parts are reused. A sync.Pool would not do here: the garbage collector,
	// which this much memory triggers, empties it.
	free := make(chan *part, partsAtOnce+1)
	defer func() {
		for len(free) > 0 {
			releasePart(<-free)
		}
	}()
	for waiting := []*part{first, second}; sending.Err() == nil; {
		var p *part
		if len(waiting) > 0 {
			p, waiting = waiting[0], waiting[1:]
		} else if p, err = readPart(spare(free), body); err != nil {
			break
		}
		if len(p.data) == 0 {
			releasePart(p)
			break
		}
		if len(done) == maxParts {
			err = fmt.Errorf("the object has more than the %d bytes that %d parts can hold", int64(maxParts)*partSize, maxParts)
			break
		}
		completed := &types.CompletedPart{PartNumber: aws.Int32(int32(len(done) + 1))}
		done = append(done, completed)
		crc = crc32.Update(crc, crc32.IEEETable, p.data)
		size += int64(len(p.data))
		group.Go(func() error {
			if err := s.sendPart(ctx, key, upload, completed, p); err != nil {
				stop() // p is not reused: the connection may still be reading from it
				return err
			}
			p.data = p.data[:0]
			free <- p
			return nil
		})
	}
	if sendErr := group.Wait(); sendErr != nil {
		return nil, 0, 0, sendErr
	}
	if err == nil {
		err = ctx.Err() // which may have ended the loop before the body did
	}
	if err != nil {
		return nil, 0, 0, err
	}
	for _, p := range done {
		sent = append(sent, *p)
	}
	return sent, crc, size, nil
}

func (s *Store) sendPart(ctx context.Context, key string, upload *string, completed *types.CompletedPart, p *part) error {
	out, err := s.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket:            &s.bucket,
		Key:               &key,
		UploadId:          upload,
		PartNumber:        completed.PartNumber,
		Body:              bytes.NewReader(p.data),
		ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
	}, retryDamaged)
	if err != nil {
		return err
	}
	completed.ETag, completed.ChecksumCRC32 = out.ETag, out.ChecksumCRC32
	return nil
}

// spare returns a part that was sent, or a new one.
func spare(free <-chan *part) *part {
	select {
	case p := <-free:
		return p
	default:
		return wholePart()
	}
}

// encodeCRC formats a CRC-32 as S3 does.
func encodeCRC(crc uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc))
}
