package ship

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// deleteValues deletes the bucket that the stack created, or from another's bucket
// the values of the stack's runs.
func (d remains) deleteValues(ctx context.Context, c *Command) error {
	bucket, own := d.bucket()
	if bucket == "" {
		return nil
	}
	v := values{bucket, s3.NewFromConfig(d.account.Config, func(o *s3.Options) { o.UsePathStyle = d.account.Loopback() != nil })}
	n := 0
	prefixes := []string{""}
	var err error
	if !own {
		if prefixes, err = v.runs(ctx, d.prefix()+"/"+d.Flow+"/", d.id[strings.LastIndex(d.id, "/")+1:]); err != nil {
			return v.explain(err)
		}
	}
	for _, prefix := range prefixes {
		deleted, err := v.delete(ctx, prefix)
		n += deleted
		if err != nil {
			return v.explain(err)
		}
	}
	if own {
		if _, err := v.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &bucket}); err != nil && !missing(err) {
			return v.explain(err)
		}
	}
	c.say("values   %d objects deleted from %s", n, bucket)
	return nil
}

// prefix is the first part of the values' keys.
func (d remains) prefix() string {
	for _, f := range d.resolved.OfType("AWS::Lambda::Function") {
		env, _ := f.Properties["Environment"].(map[string]any)
		variables, _ := env["Variables"].(map[string]any)
		if prefix, ok := variables["LOKKI_PREFIX"].(string); ok {
			return prefix
		}
	}
	return ""
}

// values are the objects of a bucket.
type values struct {
	bucket string
	client *s3.Client
}

// runs returns the prefixes of a stack's runs: they end in its UUID.
func (v values) runs(ctx context.Context, under, uuid string) ([]string, error) {
	var all []string
	pages := s3.NewListObjectsV2Paginator(v.client, &s3.ListObjectsV2Input{Bucket: &v.bucket, Prefix: &under, Delimiter: aws.String("/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.CommonPrefixes {
			if strings.HasSuffix(aws.ToString(p.Prefix), "."+uuid+"/") {
				all = append(all, aws.ToString(p.Prefix))
			}
		}
	}
	return all, nil
}

// delete deletes all versions of all objects with a prefix.
func (v values) delete(ctx context.Context, prefix string) (int, error) {
	n := 0
	pages := s3.NewListObjectVersionsPaginator(v.client, &s3.ListObjectVersionsInput{Bucket: &v.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		var ids []types.ObjectIdentifier
		for _, o := range page.Versions {
			ids = append(ids, types.ObjectIdentifier{Key: o.Key, VersionId: o.VersionId})
		}
		for _, o := range page.DeleteMarkers {
			ids = append(ids, types.ObjectIdentifier{Key: o.Key, VersionId: o.VersionId})
		}
		if len(ids) == 0 {
			continue
		}
		out, err := v.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &v.bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
		if err != nil {
			return n, err
		}
		if len(out.Errors) > 0 {
			return n, fmt.Errorf("%s: %s", aws.ToString(out.Errors[0].Key), aws.ToString(out.Errors[0].Message))
		}
		n += len(ids)
	}
	return n, nil
}

func missing(err error) bool {
	gone := new(types.NoSuchBucket)
	return errors.As(err, &gone) || account.Code(err) == "NoSuchBucket"
}

func (v values) explain(err error) error {
	return account.Explain(fmt.Errorf("deleting the values in %s: %w", v.bucket, err))
}
