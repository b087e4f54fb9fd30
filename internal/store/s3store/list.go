package s3store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Folders returns the names, up to the next slash, of what has keys that begin with
// prefix, sorted. They begin behind the last slash of the prefix.
func (s *Store) Folders(ctx context.Context, prefix string) ([]string, error) {
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1]
	var names []string
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix, Delimiter: aws.String("/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.failed("listing", prefix, err)
		}
		for _, p := range page.CommonPrefixes {
			names = append(names, strings.TrimSuffix(strings.TrimPrefix(aws.ToString(p.Prefix), folder), "/"))
		}
	}
	return names, nil
}

// Written returns when the object was stored, or an error that Is store.ErrNotFound.
func (s *Store) Written(ctx context.Context, key string) (time.Time, error) {
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, Range: aws.String("bytes=0-0")})
	if err != nil {
		return time.Time{}, s.failed("finding", key, s.refused(ctx, key, err))
	}
	out.Body.Close()
	return aws.ToTime(out.LastModified), nil
}
