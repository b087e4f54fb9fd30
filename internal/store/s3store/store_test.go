package s3store_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/internal/store/storetest"
)

var (
	server  *s3server.Server
	buckets atomic.Int64
)

func TestMain(m *testing.M) {
	var err error
	if server, err = s3server.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestS3(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return s3store.New(server.Client(), newBucket(t)) })
}

func newBucket(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("bucket-%d", buckets.Add(1))
	if err := server.CreateBucket(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return name
}

// clientAt returns a client like that of NewClient for the server at url, with
// short pauses between attempts.
func clientAt(url string, attempts int) *s3.Client {
	return s3.New(server.Client().Options(), func(o *s3.Options) {
		o.BaseEndpoint = &url
		o.HTTPClient = awshttp.NewBuildableClient()
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.MaxBackoff = time.Millisecond
			o.RateLimiter = ratelimit.None
		})
	})
}

func TestNewS3ClientUsesTheEnvironment(t *testing.T) {
	bucket := newBucket(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", server.URL())
	t.Setenv("AWS_REGION", s3server.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", s3server.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3server.SecretKey)
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_CA_BUNDLE", "")
	client, err := s3store.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	s := s3store.New(client, bucket)
	before := server.Requests("")
	if err := s.Put(t.Context(), "a/b", stringReader("x")); err != nil {
		t.Fatal(err)
	}
	if size, err := s.Size(t.Context(), "a/b"); size != 1 || err != nil {
		t.Errorf("Size = %d, %v; want 1", size, err)
	}
	if n := server.Requests("") - before; n != 2 {
		t.Errorf("Put and Size sent %d requests, want 2", n)
	}
}

func TestNewS3ClientSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"no region", map[string]string{}, "AWS_REGION"},
		{"no bundle", map[string]string{"AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": "/does/not/exist.pem"}, "AWS_CA_BUNDLE"},
		{"empty bundle", map[string]string{"AWS_REGION": "eu-west-1", "AWS_CA_BUNDLE": os.DevNull}, "contains no certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE"} {
				t.Setenv(name, c.env[name])
			}
			_, err := s3store.NewClient()
			wantMessage(t, err, c.want)
		})
	}
	t.Run("no credentials", func(t *testing.T) {
		t.Setenv("AWS_REGION", "eu-west-1")
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_ENDPOINT_URL_S3", server.URL())
		client, err := s3store.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		_, err = s3store.New(client, "any").Size(t.Context(), "key")
		wantMessage(t, err, "AWS_ACCESS_KEY_ID")
	})
}
