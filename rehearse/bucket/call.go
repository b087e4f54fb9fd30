// Package bucket stands before a real S3 server and decides, as S3 does, which
// requests a role may make: it plays S3's authorization and nothing else.
package bucket

import (
	"fmt"
	"net/http"
	"strings"
)

// call is what a request means to IAM.
type call struct {
	action string // as in "s3:GetObject"
	bucket string
	key    string // "" when the call is about the bucket
}

// read finds out what a path-style request asks for. The actions are those of
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
func read(r *http.Request) (call, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c := call{bucket: bucket, key: key}
	query := r.URL.Query()
	has := func(name string) bool { return query.Has(name) }
	switch {
	case bucket == "":
		return c, fmt.Errorf("a request without a bucket: %s %s", r.Method, r.URL.Path)
	case key == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		c.action = "s3:ListBucket"
		if has("uploads") {
			c.action = "s3:ListBucketMultipartUploads"
		}
	case key == "":
		return c, fmt.Errorf("a request about the bucket itself: %s %s", r.Method, r.URL)
	case r.Method == http.MethodGet && has("uploadId"):
		c.action = "s3:ListMultipartUploadParts"
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		c.action = "s3:GetObject"
	case r.Method == http.MethodDelete && has("uploadId"):
		c.action = "s3:AbortMultipartUpload"
	case r.Method == http.MethodDelete:
		c.action = "s3:DeleteObject"
	case r.Method == http.MethodPut || r.Method == http.MethodPost && (has("uploads") || has("uploadId")):
		c.action = "s3:PutObject" // parts, and the begin and end of uploads, too
	default:
		return c, fmt.Errorf("an unknown request: %s %s", r.Method, r.URL)
	}
	return c, nil
}

// arn is the resource of the call.
func (c call) arn(partition string) string {
	arn := "arn:" + partition + ":s3:::" + c.bucket
	if c.key != "" {
		arn += "/" + c.key
	}
	return arn
}

// bucketARN is the resource of a call about the bucket.
func (c call) bucketARN(partition string) string {
	return call{bucket: c.bucket}.arn(partition)
}
