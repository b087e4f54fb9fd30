package s3store

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/lokki-build/lokki/internal/store"
)

// failed rephrases an error of S3: the object, what is wrong, and what helps.
// The codes are those of
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
func (s *Store) failed(op, key string, err error) error {
	where := fmt.Sprintf("%s s3://%s/%s", op, s.bucket, key)
	if errors.As(err, new(bodyError)) {
		return fmt.Errorf("%s: reading the body: %w", where, err)
	}
	switch {
	case isCode(err, "NoSuchKey", "NotFound"), errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%s: %w", where, store.ErrNotFound)
	case isStatus(err, http.StatusPreconditionFailed) && op == "storing":
		return fmt.Errorf("%s: %w", where, store.ErrExists)
	}
	if hint := s.hint(op, err); hint != "" {
		return fmt.Errorf("%s: %w\nhint: %s", where, err, hint)
	}
	return fmt.Errorf("%s: %w", where, err)
}

// hint says what to do about errors that come from a wrong set-up.
func (s *Store) hint(op string, err error) string {
	switch {
	case isCode(err, "NoSuchBucket"):
		return fmt.Sprintf("the bucket %q does not exist: deploy it, or correct the name", s.bucket)
	case isCode(err, "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"),
		isStatus(err, http.StatusMovedPermanently):
		region := "another region"
		if r := bucketRegion(err); r != "" {
			region = r
		}
		return fmt.Sprintf("the bucket is in %s, the client uses %s: set AWS_REGION", region, s.client.Options().Region)
	case isCode(err, "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"):
		return "the AWS credentials are invalid or expired: get new ones"
	case isCode(err, "RequestTimeTooSkewed"):
		return "this machine's clock is wrong"
	case isStatus(err, http.StatusForbidden) && op == "storing":
		return fmt.Sprintf("the role needs s3:PutObject on arn:aws:s3:::%s/*", s.bucket)
	case isStatus(err, http.StatusForbidden) && op == "listing":
		return fmt.Sprintf("this needs s3:ListBucket on arn:aws:s3:::%s", s.bucket)
	case isStatus(err, http.StatusForbidden):
		return fmt.Sprintf("the role needs s3:GetObject on arn:aws:s3:::%[1]s/*, and s3:ListBucket on arn:aws:s3:::%[1]s"+
			" for the prefix of its keys: without the latter S3 responds like this for an object that does not exist", s.bucket)
	}
	return ""
}

// bodyError is an error of the body being stored, which may itself come from S3.
type bodyError struct{ error }

func (b bodyError) Unwrap() error { return b.error }

func isCode(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}

func isStatus(err error, status int) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == status
}

// bucketRegion returns the region that S3 names in its response to a request that
// went to the wrong region, or "".
func bucketRegion(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return ""
	}
	return response.Response.Header.Get("X-Amz-Bucket-Region")
}
