// Package account connects to an AWS account and checks that it is the intended
// one before anything is changed.
package account

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// Account is a connection to one Region of an account.
type Account struct {
	Config aws.Config
	ID     string
	Region string
	Caller string // ARN of the caller
}

// Connect opens the account of the SDK's credentials. want and region, if they
// aren't empty, are the account and Region that must be meant.
func Connect(ctx context.Context, want, region string) (Account, error) {
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if given := os.Getenv(variable); given != "" && region != "" && given != region {
			return Account{}, fmt.Errorf("%s is %s, but the environment's Region is %s\nhint: unset %s, or choose another --env", variable, given, region, variable)
		}
	}
	options := []func(*awsconfig.LoadOptions) error{awsconfig.WithLogger(logging.Nop{})}
	if region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	c, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return Account{}, fmt.Errorf("loading the AWS configuration: %w", err)
	}
	c.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 8
			if loopback(c) != nil {
				o.MaxBackoff = 50 * time.Millisecond
			}
		})
	}
	if c.Region == "" {
		return Account{}, errors.New("no AWS Region is set\nhint: give the environment a region in lokki.yml, or set AWS_REGION")
	}
	who, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Account{}, Explain(fmt.Errorf("asking AWS whose the credentials are: %w", err))
	}
	a := Account{Config: c, ID: aws.ToString(who.Account), Region: c.Region, Caller: aws.ToString(who.Arn)}
	if want != "" && want != a.ID {
		return Account{}, fmt.Errorf("the credentials are those of account %s (%s), but the environment's account is %s\nhint: set AWS_PROFILE to a profile of account %s, or choose another --env",
			a.ID, a.Caller, want, want)
	}
	return a, nil
}

// Loopback returns the endpoint of all services if it is on this machine, as it
// is with emulators.
func (a Account) Loopback() *url.URL { return loopback(a.Config) }

func loopback(c aws.Config) *url.URL {
	u, err := url.Parse(aws.ToString(c.BaseEndpoint))
	if err != nil {
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return u
	}
	return nil
}

// Explain adds what to do about an error that has nothing to do with the call.
func Explain(err error) error {
	if err == nil || strings.Contains(err.Error(), "\nhint: ") {
		return err
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
			return hint(err, "the credentials have expired: log in again, as with `aws sso login`, and repeat the command")
		case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException":
			return hint(err, "AWS doesn't know these credentials: check AWS_PROFILE and the AWS_… variables")
		case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
			return hint(err, "the caller lacks this permission: `permissions deploy` prints what is needed")
		case "Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded":
			return hint(err, "AWS limits the rate of requests: repeat the command in a minute; it goes on where it stopped")
		}
		return err
	}
	var network *net.OpError
	var dns *net.DNSError
	switch {
	case strings.Contains(err.Error(), "get credentials") || strings.Contains(err.Error(), "failed to refresh cached credentials"):
		return hint(err, "there are no usable credentials: log in, as with `aws sso login`, or set AWS_PROFILE")
	case errors.As(err, &network), errors.As(err, &dns):
		return hint(err, "AWS can't be reached from here: check the network, the Region and AWS_ENDPOINT_URL; repeating the command is safe")
	}
	return err
}

func hint(err error, text string) error { return fmt.Errorf("%w\nhint: %s", err, text) }

// Code returns the code of an AWS error, or "".
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
