// Package bucket is a proxy in front of a real S3 server that decides, as S3
// does, which requests a role may make. It imitates S3's authorization and
// nothing else.
package bucket

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// call is a request in IAM's terms.
type call struct {
	action string // as in "s3:GetObject"
	bucket string
	key    string // "" if the call is for the bucket

	keys map[string][]string // condition keys
}

// known are the query parameters that don't change which call read recognizes;
// "x-id" is the SDK's own.
var known = []string{
	"x-id", "uploads", "uploadId", "partNumber", "max-parts", "part-number-marker",
	"list-type", "prefix", "delimiter", "marker", "continuation-token", "start-after", "max-keys", "encoding-type", "fetch-owner",
	"max-uploads", "key-marker", "upload-id-marker",
}

// rights are headers that need more rights than the call itself: to read another
// object, or to write its tags, grants or lock.
var rights = []string{"X-Amz-Copy-Source", "X-Amz-Tagging", "X-Amz-Acl", "X-Amz-Grant-", "X-Amz-Object-Lock-", "X-Amz-Bypass-"}

// plain rejects requests with features that read doesn't understand: otherwise
// IAM would be asked about something other than what the server does.
func plain(r *http.Request, query url.Values, key string) error {
	for name := range query {
		if !slices.Contains(known, name) {
			return fmt.Errorf("a request with %q, which is not supported here: %s %s", name, r.Method, r.URL)
		}
	}
	for name := range r.Header {
		if slices.ContainsFunc(rights, func(right string) bool { return strings.HasPrefix(name, right) }) {
			return fmt.Errorf("a request with %s, which is not supported here: %s %s", name, r.Method, r.URL)
		}
	}
	// The server behind stores objects as files, so the three keys "a//b", "a/./b" and
	// "a/c/../b" would be the same file.
	parts := strings.Split(key, "/")
	if key != "" && slices.ContainsFunc(parts, func(part string) bool { return part == "" || part == "." || part == ".." }) ||
		strings.Count(r.URL.EscapedPath(), "/") != strings.Count(r.URL.Path, "/") {
		return fmt.Errorf("a key with an empty part, \".\", \"..\" or an escaped slash, which is not supported here: %q", key)
	}
	return nil
}

// read recognizes the call of a path-style request. The actions are those of
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
		c.action = "s3:PutObject" // parts, and the start and end of uploads, too
		c.keys = creation(r, query)
	default:
		return c, fmt.Errorf("an unknown request: %s %s", r.Method, r.URL)
	}
	return c, nil
}

// creation returns the condition keys of a request that creates an object, or a part of
// one
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

// listOf returns the condition key for listing the keys that begin with prefix.
func listOf(prefix string) map[string][]string { return map[string][]string{"s3:prefix": {prefix}} }

// arn returns the resource of the call.
func (c call) arn(partition string) string {
	arn := "arn:" + partition + ":s3:::" + c.bucket
	if c.key != "" {
		arn += "/" + c.key
	}
	return arn
}

// bucketARN returns the resource of a call on the bucket.
func (c call) bucketARN(partition string) string {
	return call{bucket: c.bucket}.arn(partition)
}
