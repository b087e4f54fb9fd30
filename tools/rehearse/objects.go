package rehearse

import (
	"context"
	"fmt"
	"io"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/tools/rehearse/iam"
)

// objects is S3 as the state machine sees it, through a gate that checks the
// permissions of the machine's role.
type objects struct {
	client    *s3.Client
	partition string
	allow     allow
	fault     func(request string) error
}

// Get reads an object.
func (o objects) Get(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	if err := o.fault("read " + place(key)); err != nil {
		return nil, fmt.Errorf("reading s3://%s/%s: %w", bucket, key, err)
	}
	out, err := o.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("reading s3://%s/%s: %w", bucket, key, err)
	}
	return out.Body, nil
}

// Put writes an object.
func (o objects) Put(ctx context.Context, bucket, key string, body io.ReadSeeker) error {
	// AWS requires all permissions for a multipart upload, whatever the size of
	// the results.
	for _, call := range iam.WriteResults(fmt.Sprintf("arn:%s:s3:::%s/%s", o.partition, bucket, key)) {
		if err := o.allow(call.Action, call.Resource, call.Context); err != nil {
			return fmt.Errorf("writing s3://%s/%s: %w", bucket, key, err)
		}
	}
	if err := o.fault("write " + place(key)); err != nil {
		return fmt.Errorf("writing s3://%s/%s: %w", bucket, key, err)
	}
	if _, err := o.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: body}); err != nil {
		return fmt.Errorf("writing s3://%s/%s: %w", bucket, key, err)
	}
	return nil
}

// runPart matches the parts of a key that differ in each execution: the run's id, and
// that of a map run.
var runPart = regexp.MustCompile(`([^/]*\.[0-9a-f]{64}\.)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// place is a key without these parts.
func place(key string) string { return runPart.ReplaceAllString(key, "…") }
