package lambdastep

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// misconfigured reports whether S3 refused a request because of the set-up, so that
// it would refuse the next one as well: no such bucket, another region, no
// permission. The client has already retried errors that are worth it. The codes are those of
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
func misconfigured(err error) bool {
	code := ""
	var api smithy.APIError
	if errors.As(err, &api) {
		code = api.ErrorCode()
	}
	switch {
	case slices.Contains([]string{"ExpiredToken", "RequestTimeTooSkewed"}, code):
		return false // specific to this process: another may have valid credentials and the right time
	case slices.Contains([]string{"NoSuchBucket", "InvalidBucketName", "AuthorizationHeaderMalformed",
		"IllegalLocationConstraintException", "InvalidToken"}, code):
		return true
	case strings.HasPrefix(code, "KMS."): // the bucket's key is disabled, deleted, or not for this role
		return true
	}
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) {
		return false
	}
	status := response.HTTPStatusCode()
	return status == http.StatusMovedPermanently || status == http.StatusForbidden
}
