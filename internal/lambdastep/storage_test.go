package lambdastep

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

// same takes a list, of any map or step, and returns one for any.
func same(_ context.Context, list []int) ([]int, error) { return list, nil }

// TestErrorsOfS3 has a server refuse everything, and checks what the state machine
// would do about it.
func TestErrorsOfS3(t *testing.T) {
	for _, c := range []struct {
		status     int
		code, want string
	}{
		{500, "InternalError", "Lokki.Storage"},
		{503, "SlowDown", "Lokki.Storage"},
		{400, "RequestTimeout", "Lokki.Storage"},
		{400, "ExpiredToken", "Lokki.Storage"},
		{403, "RequestTimeTooSkewed", "Lokki.Storage"},
		{403, "AccessDenied", "Lokki.Configuration"},
		{403, "InvalidAccessKeyId", "Lokki.Configuration"},
		{403, "SignatureDoesNotMatch", "Lokki.Configuration"},
		{404, "NoSuchBucket", "Lokki.Configuration"},
		{301, "PermanentRedirect", "Lokki.Configuration"},
		{400, "AuthorizationHeaderMalformed", "Lokki.Configuration"},
		{400, "IllegalLocationConstraintException", "Lokki.Configuration"},
		{400, "KMS.DisabledException", "Lokki.Configuration"},
		{404, "NoSuchKey", "Lokki.MissingValue"},
	} {
		t.Run(c.code, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				io.WriteString(w, "<Error><Code>"+c.code+"</Code><Message>no</Message></Error>")
			}))
			defer server.Close()
			client := s3.New(s3.Options{
				Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Retryer: aws.NopRetryer{},
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
				}),
			})
			h := newHandler(step.Of(same), newLogs(io.Discard), func(*atomic.Int64) (place, error) {
				return place{s3store.New(client, "values"), "values", "lokki"}, nil
			})
			for _, from := range []string{``, `,"split":1`, `,"count":2`, `,"count":2,"split":1`} {
				_, failure := invoke(t, t.Context(), h, []byte(`{"flow":"f","run":"r","step":"s","path":"","from":"a"`+from+`}`))
				if failure == nil || failure.Type != c.want {
					t.Errorf("with %s: failure %+v, want %s", from, failure, c.want)
				}
			}
		})
	}
}

func TestANetworkErrorIsAnOutage(t *testing.T) {
	err := wrapStorageErr("reading", errors.New("connection reset by peer"))
	if got := failure.Type(err); got != "Lokki.Storage" || !strings.HasPrefix(err.Error(), "reading: ") {
		t.Errorf("%s: %v", got, err)
	}
}
