package s3store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

func stringReader(s string) io.Reader { return strings.NewReader(s) }

func wantMessage(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}

// each calls every method of s.
func each(ctx context.Context, s store.Store, check func(method string, err error)) {
	check("Put", s.Put(ctx, "k", stringReader("x")))
	_, err := s.Get(ctx, "k", 0, -1)
	check("Get", err)
	_, err = s.Get(ctx, "k", 5, 10)
	check("Get of a range", err)
	_, err = s.Size(ctx, "k")
	check("Size", err)
}

func TestS3MissingBucketIsNotAMissingObject(t *testing.T) {
	each(t.Context(), s3store.New(server.Client(), "no-such-bucket"), func(method string, err error) {
		if errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v Is ErrNotFound", method, err)
		}
		wantMessage(t, err, "s3://no-such-bucket/k", `hint: the bucket "no-such-bucket" does not exist`)
	})
}

func TestS3WrongSecret(t *testing.T) {
	client := s3.New(server.Client().Options(), func(o *s3.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: s3server.AccessKey, SecretAccessKey: "wrong"}, nil
		})
	})
	each(t.Context(), s3store.New(client, newBucket(t)), func(method string, err error) {
		wantMessage(t, err, "hint: the AWS credentials are invalid or expired")
	})
}

// Recorded S3 responses replace what the test server does not do.
func TestS3Answers(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		header map[string]string
		code   string
		want   []string
	}{
		{"denied", 403, nil, "AccessDenied", []string{"hint: the role needs s3:", "arn:aws:s3:::values"}},
		{"wrong region", 301, map[string]string{"X-Amz-Bucket-Region": "eu-west-1"}, "PermanentRedirect",
			[]string{"hint: the bucket is in eu-west-1, the client uses us-east-1: set AWS_REGION"}},
		{"signed for another region", 400, nil, "AuthorizationHeaderMalformed", []string{"set AWS_REGION"}},
		{"unknown key", 403, nil, "InvalidAccessKeyId", []string{"credentials"}},
		{"expired", 400, nil, "ExpiredToken", []string{"credentials"}},
		{"wrong clock", 403, nil, "RequestTimeTooSkewed", []string{"clock"}},
		{"broken", 500, nil, "InternalError", []string{"InternalError"}},
		{"not XML", 502, nil, "", []string{"502"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				if c.code != "" {
					fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>m</Message></Error>`, c.code)
				} else {
					fmt.Fprint(w, "<html>")
				}
			}))
			defer fake.Close()
			each(t.Context(), s3store.New(clientAt(fake.URL, 2), "values"), func(method string, err error) {
				wantMessage(t, err, append(c.want, "s3://values/k")...)
				if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrExists) {
					t.Errorf("%s: %v Is ErrNotFound or ErrExists", method, err)
				}
			})
		})
	}
}

func TestS3ConflictIsTriedAgain(t *testing.T) {
	var tries int
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if tries++; tries < 3 {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `<Error><Code>ConditionalRequestConflict</Code></Error>`)
		}
	}))
	defer fake.Close()
	if err := s3store.New(clientAt(fake.URL, 5), "values").Put(t.Context(), "k", stringReader("x")); err != nil || tries != 3 {
		t.Errorf("Put: %v after %d tries, want success after 3", err, tries)
	}
}

// A proxy between the client and S3 may change a response, including its length.
func TestS3AnswersThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		name   string
		off, n int64
		status int
		header map[string]string
		body   string
		want   string
	}{
		{"range ignored", 2, 3, 200, nil, "0123456789", "instead of bytes=2-4"},
		{"other range", 2, 3, 206, map[string]string{"Content-Range": "bytes 3-5/10"}, "345", "instead of bytes=2-4"},
		{"range cut short", 2, 3, 206, map[string]string{"Content-Range": "bytes 2-4/10"}, "23", "sent 2 bytes"},
		{"less than there is", 2, 3, 206, map[string]string{"Content-Range": "bytes 2-3/10"}, "23", "instead of bytes=2-4"},
		{"nonsense", 2, 3, 206, map[string]string{"Content-Range": "bytes x"}, "23", "can't be parsed"},
		{"wrong checksum", 0, -1, 200, map[string]string{"X-Amz-Checksum-Crc32": "AAAAAA=="}, "0123456789", "checksum"},
		{"whole cut short", 0, -1, 200, map[string]string{"X-Amz-Checksum-Crc32": "phrEVA=="}, "012345678", "checksum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for k, v := range c.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			}))
			defer fake.Close()
			r, err := s3store.New(clientAt(fake.URL, 2), "values").Get(t.Context(), "k", c.off, c.n)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			wantMessage(t, err, "s3://values/k", c.want)
		})
	}
}
