package ship

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// upload stores the template in a bucket, under a name made of its content, and
// returns its address.
func (t *target) upload(ctx context.Context, bucket string) (string, error) {
	client := s3.NewFromConfig(t.account.Config, func(o *s3.Options) { o.UsePathStyle = t.account.Loopback() != nil })
	key := fmt.Sprintf("lokki-templates/%s/%x.yaml", t.Flow, sha256.Sum256(t.Template))
	in := &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(t.Template)}
	if t.account.Loopback() == nil { // where buckets have owners of other kinds
		in.ExpectedBucketOwner = aws.String(t.account.ID)
	}
	if _, err := client.PutObject(ctx, in); err != nil {
		return "", account.Explain(fmt.Errorf("storing the template in the bucket %s: %w", bucket, err))
	}
	// The address of the object as the SDK would ask for it, without the signature.
	signed, err := s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return "", fmt.Errorf("finding the template's address: %w", err)
	}
	at, err := url.Parse(signed.URL)
	if err != nil {
		return "", fmt.Errorf("finding the template's address: %w", err)
	}
	at.RawQuery = ""
	return at.String(), nil
}
