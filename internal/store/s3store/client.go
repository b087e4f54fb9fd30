package s3store

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	s3Attempts   = 10               // attempts of a request, about a minute with the back-off
	s3MaxBackoff = 10 * time.Second // between two attempts
	s3Stall      = 20 * time.Second // without a byte, until the connection counts as broken
	s3Idle       = 256              // connections kept for the next request
)

// NewClient returns a client configured by a Lambda's environment variables:
// AWS_REGION (or AWS_DEFAULT_REGION), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// and AWS_SESSION_TOKEN; and the SDK's AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL,
// AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and AWS_CA_BUNDLE. An
// endpoint with an IP address is used path-style. No request is sent yet.
//
// Profiles, SSO and instance metadata are not supported: the SDK's config package,
// which handles them, adds 2.2 MB to each step's binary. Where they are needed,
// make the client with it and pass it to New.
func NewClient() (*s3.Client, error) {
	region := cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if region == "" {
		return nil, errors.New("making the S3 client: no region is set\nhint: set AWS_REGION")
	}
	httpClient, err := newHTTPClient()
	if err != nil {
		return nil, fmt.Errorf("making the S3 client: %w", err)
	}
	options := s3.Options{
		Region:      region,
		Credentials: aws.CredentialsProviderFunc(environmentCredentials),
		HTTPClient:  httpClient,
		// The standard retryer gives up after several failures in a row, of any
		// request. That protects a service with many callers; a wide fan-in that
		// S3 asks to slow down must continue until it is done.
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = s3Attempts
			o.MaxBackoff = s3MaxBackoff
			o.RateLimiter = ratelimit.None
		}),
	}
	if endpoint := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL")); endpoint != "" {
		options.BaseEndpoint = &endpoint
	}
	if os.Getenv("AWS_USE_FIPS_ENDPOINT") == "true" {
		options.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if os.Getenv("AWS_USE_DUALSTACK_ENDPOINT") == "true" {
		options.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	return s3.New(options), nil
}

// newHTTPClient keeps more idle connections than the SDK's 10: a fan-in uses
// more than that at once and would open a new one for most objects.
func newHTTPClient() (*awshttp.BuildableClient, error) {
	roots, err := environmentRoots()
	if err != nil {
		return nil, err
	}
	return awshttp.NewBuildableClient().WithReadTimeout(s3Stall).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = s3Idle, s3Idle
		if roots != nil {
			if t.TLSClientConfig == nil {
				t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
			}
			t.TLSClientConfig.RootCAs = roots
		}
	}), nil
}

// environmentRoots reads AWS_CA_BUNDLE; nil means the system's roots.
func environmentRoots() (*x509.CertPool, error) {
	file := os.Getenv("AWS_CA_BUNDLE")
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %s contains no certificate", file)
	}
	return roots, nil
}

func environmentCredentials(context.Context) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	if !c.HasKeys() {
		return aws.Credentials{}, errors.New("no AWS credentials\nhint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return c, nil
}
