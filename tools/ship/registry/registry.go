// Package registry pushes the images of a flow to ECR: all at once, only what
// the registry doesn't have, each under a tag that keeps its digest from being
// removed while a stack may use it.
package registry

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// Image is one image of a flow.
type Image struct {
	Step         string // for messages
	Folder       string // in OCI layout
	Digest       string
	Architecture string
	URI          string // where the template expects it, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/birds-flow/get-birds@sha256:…
}

// Registry is the registry of a stack's images.
type Registry struct {
	Account account.Account
	Flow    string
	Stack   string            // name of the stack that uses the images
	KMSKey  string            // ARN of the key that encrypts new repositories, or ""
	Tags    map[string]string // of new repositories
	Report  func(Progress)    // may be nil; called from one goroutine at a time

	ecr       *ecr.Client
	transport *transport.Wrapper
	host      name.Registry
	owner     string // account of the registry
	sent      atomic.Int64
}

// Sent is how many bytes of layers have been sent so far. It may be called at any time.
func (r *Registry) Sent() int64 { return r.sent.Load() }

// Progress is what has been done for one image.
type Progress struct {
	Image   Image
	Sent    int64 // bytes
	Present bool  // the registry had it
}

// parallel is the number of images that are checked or sent at once.
const parallel = 16

// backoff is for retries within one upload.
func (r *Registry) backoff() remote.Backoff {
	b := remote.Backoff{Duration: 500 * time.Millisecond, Factor: 2.5, Jitter: 0.3, Steps: 5}
	if r.Account.Loopback() != nil {
		b.Duration = 5 * time.Millisecond
	}
	return b
}

// Push makes sure that the registry has all images under their tags. Calling it
// again after a failure continues where it stopped.
func (r *Registry) Push(ctx context.Context, images []Image) error {
	var opened []*pushed
	var problems []error
	for _, i := range images {
		p := &pushed{Image: i}
		img, err := Open(i.Folder, i.Digest, i.Architecture, func(n int) { p.sent.Add(int64(n)); r.sent.Add(int64(n)) })
		if err != nil {
			problems = append(problems, fmt.Errorf("step %s: %w", i.Step, err))
			continue
		}
		p.image = img
		opened = append(opened, p)
	}
	if err := errors.Join(problems...); err != nil || len(images) == 0 {
		return err
	}
	if err := r.connect(ctx, images); err != nil {
		return err
	}
	if err := r.check(ctx, opened); err != nil {
		return err
	}
	first, rest, err := byLayers(opened)
	if err != nil {
		return err
	}
	for _, group := range [][]*pushed{first, rest} {
		if err := r.send(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

// pushed is an image on its way.
type pushed struct {
	Image
	image   v1.Image
	sent    atomic.Int64
	present bool
}

// check asks the registry once for each image, and reports those that it has.
func (r *Registry) check(ctx context.Context, images []*pushed) error {
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, p := range images {
		g.Go(func() error {
			tag, err := r.tag(p.Image)
			if err != nil {
				return err
			}
			found, err := remote.Head(tag, r.options(within)...)
			var answer *transport.Error
			switch {
			case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
				return nil
			case err != nil:
				return explain(fmt.Errorf("asking the registry for the image of %s: %w", p.Step, err))
			case found.Digest.String() != p.Digest:
				return fmt.Errorf("the tag %s is another image, %s\nhint: something else moved the tag; delete it and repeat", tag, found.Digest)
			}
			p.present = true
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, p := range images {
		if p.present {
			r.report(Progress{Image: p.Image, Present: true})
		}
	}
	return nil
}

func (r *Registry) send(ctx context.Context, images []*pushed) error {
	done := make(chan Progress, len(images))
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, p := range images {
		if p.present {
			continue
		}
		g.Go(func() error {
			tag, err := r.tag(p.Image)
			if err != nil {
				return err
			}
			if err := r.ensureRepository(within, tag.RepositoryStr()); err != nil {
				return account.Explain(fmt.Errorf("preparing the repository %s: %w", tag.RepositoryStr(), err))
			}
			if err := remote.Write(tag, p.image, r.options(within)...); err != nil {
				return explain(fmt.Errorf("pushing the image of %s to %s: %w", p.Step, tag.Repository, err))
			}
			done <- Progress{Image: p.Image, Sent: p.sent.Load()}
			return nil
		})
	}
	failed := make(chan error, 1)
	go func() { failed <- g.Wait(); close(done) }()
	for p := range done {
		r.report(p)
	}
	return <-failed
}

func (r *Registry) report(p Progress) {
	if r.Report != nil {
		r.Report(p)
	}
}

func (r *Registry) options(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithContext(ctx), remote.WithTransport(r.transport), remote.WithRetryBackoff(r.backoff()), remote.WithJobs(4)}
}

// connect logs in to the registry that the images name.
func (r *Registry) connect(ctx context.Context, images []Image) error {
	host, _, _ := strings.Cut(images[0].URI, "/")
	var err error
	if r.host, err = name.NewRegistry(host); err != nil {
		return fmt.Errorf("reading the name of the registry: %w", err)
	}
	parts := strings.Split(host, ".")
	if len(parts) < 5 || parts[3] != r.Account.Region {
		return fmt.Errorf("the registry %s is not in the Region %s of the functions, which Lambda requires\nhint: set the parameter EcrRepoPrefix to a registry in %s",
			host, r.Account.Region, r.Account.Region)
	}
	r.owner = parts[0]
	r.ecr = ecr.NewFromConfig(r.Account.Config)
	token, err := r.ecr.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return account.Explain(fmt.Errorf("logging in to ECR: %w", err))
	}
	if len(token.AuthorizationData) == 0 {
		return errors.New("logging in to ECR: it returned no token")
	}
	login, err := base64.StdEncoding.DecodeString(aws.ToString(token.AuthorizationData[0].AuthorizationToken))
	user, password, ok := strings.Cut(string(login), ":")
	if err != nil || !ok {
		return errors.New("logging in to ECR: its token can't be read")
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = 4 * parallel
	var inner http.RoundTripper = base
	if to := r.Account.Loopback(); to != nil {
		inner = redirected{to, base}
	}
	auth := authn.FromConfig(authn.AuthConfig{Username: user, Password: password})
	opened, err := transport.NewWithContext(ctx, r.host, auth, retried{inner, r.backoff()}, nil)
	if err != nil {
		return explain(fmt.Errorf("logging in to %s: %w", host, err))
	}
	r.transport = opened.(*transport.Wrapper)
	return nil
}

// retried repeats requests without a body; those with one are repeated by
// go-containerregistry, which reads the layer again.
type retried struct {
	inner   http.RoundTripper
	backoff remote.Backoff
}

func (t retried) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody {
		return t.inner.RoundTrip(req)
	}
	return transport.NewRetry(t.inner, transport.WithRetryBackoff(t.backoff), transport.WithRetryPredicate(temporary),
		transport.WithRetryStatusCodes(http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout)).RoundTrip(req)
}

// temporary reports whether a request that failed may succeed when it is repeated.
func temporary(err error) bool {
	return err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// explain adds what to do about an error of the registry.
func explain(err error) error {
	var answer *transport.Error
	if !errors.As(err, &answer) {
		return account.Explain(err)
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w\nhint: the caller may not push there: `permissions deploy` prints what is needed; in another account its repository policy must allow it too", err)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%w\nhint: the registry limits the rate of requests: repeat the command in a minute; it goes on where it stopped", err)
	}
	return fmt.Errorf("%w\nhint: repeat the command; it goes on where it stopped", err)
}
