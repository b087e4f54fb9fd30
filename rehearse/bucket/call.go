// Package bucket stands before a real S3 server and decides, as S3 does, which
// requests a role may make: it plays S3's authorization and nothing else.
package bucket

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// call is what a request means to IAM.
type call struct {
	action string // as in "s3:GetObject"
	bucket string
	key    string // "" when the call is about the bucket

	keys map[string][]string // condition keys
}

// known are the parameters of a query that don't make another call of it than read
// finds out; "x-id" is the SDK's own.
var known = []string{
	"x-id", "uploads", "uploadId", "partNumber", "max-parts", "part-number-marker",
	"list-type", "prefix", "delimiter", "marker", "continuation-token", "start-after", "max-keys", "encoding-type", "fetch-owner",
	"max-uploads", "key-marker", "upload-id-marker",
}

// rights are headers that ask for more than the call itself: to read another object,
// or to write its tags, its grants or its lock.
var rights = []string{"X-Amz-Copy-Source", "X-Amz-Tagging", "X-Amz-Acl", "X-Amz-Grant-", "X-Amz-Object-Lock-", "X-Amz-Bypass-"}

// plain refuses what a request asks for in ways that read doesn't understand: IAM
// would be asked about something else than the server is.
func plain(r *http.Request, query url.Values, key string) error {
	for name := range query {
		if !slices.Contains(known, name) {
			return fmt.Errorf("a request with %q, which is not known here: %s %s", name, r.Method, r.URL)
		}
	}
	for name := range r.Header {
		if slices.ContainsFunc(rights, func(right string) bool { return strings.HasPrefix(name, right) }) {
			return fmt.Errorf("a request with %s, which is not known here: %s %s", name, r.Method, r.URL)
		}
	}
	// The server behind keeps objects as files, and makes one place of "a//b", "a/./b"
	// and "a/c/../b", which are three keys.
	parts := strings.Split(key, "/")
	if key != "" && slices.ContainsFunc(parts, func(part string) bool { return part == "" || part == "." || part == ".." }) ||
		strings.Count(r.URL.EscapedPath(), "/") != strings.Count(r.URL.Path, "/") {
		return fmt.Errorf("a key with an empty part, \".\", \"..\" or an escaped slash, which is not known here: %q", key)
	}
	return nil
}

// read finds out what a path-style request asks for. The actions are those of
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html.
func read(r *http.Request) (call, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c := call{bucket: bucket, key: key}
	query := r.URL.Query()
	has := func(name string) bool { return query.Has(name) }
	if err := plain(r, query, key); err != nil {
		return c, err
	}
	switch {
	case bucket == "":
		return c, fmt.Errorf("a request without a bucket: %s %s", r.Method, r.URL.Path)
	case key == "" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		c.action = "s3:ListBucket"
		if has("uploads") {
			c.action = "s3:ListBucketMultipartUploads"
		}
		if has("prefix") {
			c.keys = listOf(query.Get("prefix"))
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
		c.keys = creation(r, query)
	default:
		return c, fmt.Errorf("an unknown request: %s %s", r.Method, r.URL)
	}
	return c, nil
}

// creation are the condition keys of a request that makes an object, or a part of one
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html).
func creation(r *http.Request, query url.Values) map[string][]string {
	completes := r.Method == http.MethodPost && query.Has("uploadId")
	creates := completes || r.Method == http.MethodPut && !query.Has("uploadId")
	keys := map[string][]string{"s3:ObjectCreationOperation": {strconv.FormatBool(creates)}}
	if condition := r.Header.Get("If-None-Match"); condition != "" {
		keys["s3:if-none-match"] = []string{condition}
	}
	return keys
}

// listOf is the condition key of a list of the keys that begin with prefix.
func listOf(prefix string) map[string][]string { return map[string][]string{"s3:prefix": {prefix}} }

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
