package bucket_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/tools/rehearse/bucket"
)

// guarded is an S3 server behind a gate that denies some actions.
type guarded struct {
	gate   *bucket.Gate
	client *s3.Client
	denied []string // actions
	decide func(action, resource string, keys map[string][]string) error

	mu    sync.Mutex
	asked []string // actions and resources
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	server := s3test.Start(t, "values")
	g := &guarded{}
	g.gate = &bucket.Gate{Partition: "aws-cn", Allow: func(action, resource string, keys map[string][]string) error {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.asked = append(g.asked, action+" "+resource)
		if slices.Contains(g.denied, action) {
			return fmt.Errorf("not authorized to perform: %s on resource: %s", action, resource)
		}
		if g.decide != nil {
			return g.decide(action, resource, keys)
		}
		return nil
	}}
	url, err := server.Listen(g.gate.Intercept)
	if err != nil {
		t.Fatal(err)
	}
	g.client = s3.New(server.Client().Options(), func(o *s3.Options) { o.BaseEndpoint = &url })
	return g
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestWhatIsAllowedReachesTheServer(t *testing.T) {
	g := newGuarded(t)
	s := s3store.New(g.client, "values")
	if err := s.Put(t.Context(), "a/b", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "a/b", strings.NewReader("again")); !errors.Is(err, store.ErrExists) {
		t.Errorf("putting again: %v", err)
	}
	body, err := s.Get(t.Context(), "a/b", 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if data, err := io.ReadAll(body); err != nil || string(data) != "ell" {
		t.Errorf("got %q, %v", data, err)
	}
	if _, err := s.Size(t.Context(), "a/c"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a missing object: %v", err)
	}
	if want := "s3:PutObject arn:aws-cn:s3:::values/a/b"; g.asked[0] != want {
		t.Errorf("asked %q, want %q first", g.asked, want)
	}
	if got := g.gate.Requests(); got != (bucket.Requests{Put: 2, Get: 2, Read: 3, Written: 5}) {
		t.Errorf("counted %+v", got)
	}
	if err := g.gate.Denied(); err != nil {
		t.Errorf("denied: %v", err)
	}
}

func TestWhatIsNotAllowedIsDenied(t *testing.T) {
	for _, c := range []struct {
		action string
		do     func(*s3.Client) error
	}{
		{"s3:PutObject", func(c *s3.Client) error {
			_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: aws.String("k"), Body: strings.NewReader("x")})
			return err
		}},
		{"s3:PutObject", func(c *s3.Client) error {
			_, err := c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String("values"), Key: aws.String("k")})
			return err
		}},
		{"s3:GetObject", func(c *s3.Client) error {
			_, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("k")})
			return err
		}},
		{"s3:ListBucket", func(c *s3.Client) error {
			_, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("values")})
			return err
		}},
		{"s3:ListMultipartUploadParts", func(c *s3.Client) error {
			_, err := c.ListParts(t.Context(), &s3.ListPartsInput{Bucket: aws.String("values"), Key: aws.String("k"), UploadId: aws.String("u")})
			return err
		}},
		{"s3:AbortMultipartUpload", func(c *s3.Client) error {
			_, err := c.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: aws.String("values"), Key: aws.String("k"), UploadId: aws.String("u")})
			return err
		}},
		{"s3:DeleteObject", func(c *s3.Client) error {
			_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("values"), Key: aws.String("k")})
			return err
		}},
	} {
		g := newGuarded(t)
		g.denied = []string{c.action}
		if got := code(c.do(g.client)); got != "AccessDenied" {
			t.Errorf("%s: %s, want AccessDenied", c.action, got)
		}
		if err := g.gate.Denied(); err == nil || !strings.Contains(err.Error(), c.action) {
			t.Errorf("%s: the gate says %v", c.action, err)
		}
		g.denied = nil
		if got := code(c.do(g.client)); got == "AccessDenied" {
			t.Errorf("%s: denied when it is allowed", c.action)
		}
	}
}

// TestAMissingObjectIsHiddenFromWhoMayNotList follows S3's documentation of
// GetObject.
func TestAMissingObjectIsHiddenFromWhoMayNotList(t *testing.T) {
	g := newGuarded(t)
	g.denied = []string{"s3:ListBucket"}
	get := func() error {
		_, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("none")})
		return err
	}
	if got := code(get()); got != "AccessDenied" {
		t.Errorf("%s, want AccessDenied", got)
	}
	if err := g.gate.Denied(); err == nil || !strings.Contains(err.Error(), "s3:ListBucket on resource: arn:aws-cn:s3:::values") {
		t.Errorf("the gate says %v", err)
	}
	g.denied = nil
	var missing *types.NoSuchKey
	if err := get(); !errors.As(err, &missing) {
		t.Errorf("%v, want NoSuchKey", err)
	}
}

// TestWhatIsNotUnderstoodIsRefused has requests of which IAM would be asked about
// something other than what the server does.
func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	g := newGuarded(t)
	for name, do := range map[string]func() error{
		"dots": func() error {
			_, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("open/../secret/x")})
			return err
		},
		"writing with dots": func() error {
			_, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: aws.String("open/../secret/x"), Body: strings.NewReader("x")})
			return err
		},
		"an empty part": func() error {
			_, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("/secret/x")})
			return err
		},
		"a copy": func() error {
			_, err := g.client.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("values"), Key: aws.String("open/x"), CopySource: aws.String("values/secret/x")})
			return err
		},
		"a copied part": func() error {
			_, err := g.client.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{Bucket: aws.String("values"), Key: aws.String("open/x"),
				CopySource: aws.String("values/secret/x"), UploadId: aws.String("u"), PartNumber: aws.Int32(1)})
			return err
		},
		"tags of an object": func() error {
			_, err := g.client.GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String("values"), Key: aws.String("k")})
			return err
		},
		"tags with an object": func() error {
			_, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: aws.String("k"), Body: strings.NewReader("x"), Tagging: aws.String("a=b")})
			return err
		},
		"grants with an object": func() error {
			_, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: aws.String("k"), Body: strings.NewReader("x"), ACL: types.ObjectCannedACLPublicRead})
			return err
		},
		"a version": func() error {
			_, err := g.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("k"), VersionId: aws.String("v")})
			return err
		},
		"the bucket's policy": func() error {
			_, err := g.client.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("values")})
			return err
		},
		"all versions": func() error {
			_, err := g.client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String("values")})
			return err
		},
	} {
		if got := code(do()); got != "NotImplemented" {
			t.Errorf("%s: %s, want NotImplemented", name, got)
		}
	}
	if len(g.asked) > 0 {
		t.Errorf("IAM was asked %q", g.asked)
	}
}

func TestAnUploadInParts(t *testing.T) {
	g := newGuarded(t)
	s := s3store.New(g.client, "values")
	const size = 20 << 20
	if err := s.Put(t.Context(), "large", io.LimitReader(zeros{}, size)); err != nil {
		t.Fatal(err)
	}
	body, err := s.Get(t.Context(), "large", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if n, err := io.Copy(io.Discard, body); err != nil || n != size {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if got := g.gate.Requests(); got.Put < 4 || got.Written != size || got.Read != size {
		t.Errorf("counted %+v", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
