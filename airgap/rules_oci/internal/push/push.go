// Package push sends an image or an image index to a registry.
package push

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
)

// Options say what to push, and where.
type Options struct {
	Image      string   // a directory in OCI layout
	Repository string   // such as ghcr.io/owner/app, with neither tag nor digest
	Tags       []string // set in this order once the image is complete
	// Insecure allows HTTP, and HTTPS with untrusted certificates.
	Insecure bool
	// Nondistributable also pushes layers that have their own URLs.
	Nondistributable bool
}

// Push sends the image by its digest and then tags it, so that a tag never names an
// incomplete image. It uses the credentials of docker login or podman login, and
// writes a line to log for each thing done.
func Push(ctx context.Context, opts Options, log io.Writer) error {
	image, err := ocilayout.Open(opts.Image)
	if err != nil {
		return err
	}
	digest, tags, err := references(opts, image.Root.Digest)
	if err != nil {
		return err
	}
	options := remoteOptions(ctx, opts)
	pushed, err := pushLayout(image, digest, options)
	if err != nil {
		return unreachable(fmt.Errorf("pushing %s: %w", digest, err), digest.Registry)
	}
	fmt.Fprintln(log, "pushed", digest)
	for _, tag := range tags {
		if err := remote.Tag(tag, pushed, options...); err != nil {
			return fmt.Errorf("tagging %s as %s: %w", digest, tag.TagStr(), err)
		}
		fmt.Fprintln(log, "tagged", tag)
	}
	return nil
}

// references checks all names before anything is sent.
func references(opts Options, digest v1.Hash) (name.Digest, []name.Tag, error) {
	var nameOptions []name.Option
	if opts.Insecure {
		nameOptions = append(nameOptions, name.Insecure)
	}
	repository, err := name.NewRepository(opts.Repository, nameOptions...)
	if err != nil {
		return name.Digest{}, nil, hint.Add(fmt.Errorf("reading the name of the repository: %w", err),
			"write it like ghcr.io/owner/app, with neither tag nor digest")
	}
	var tags []name.Tag
	var errs []error
	for _, t := range opts.Tags {
		tag, err := name.NewTag(repository.Name()+":"+t, nameOptions...)
		if err != nil {
			errs = append(errs, fmt.Errorf("reading the tag %q: %w", t, err))
		}
		tags = append(tags, tag)
	}
	return repository.Digest(digest.String()), tags, errors.Join(errs...)
}

// pushLayout sends the layout's contents.
func pushLayout(image *ocilayout.Layout, ref name.Digest, options []remote.Option) (remote.Taggable, error) {
	if image.Root.MediaType.IsIndex() {
		index, err := image.ReadIndex(image.Root)
		if err != nil {
			return nil, err
		}
		return index, remote.WriteIndex(ref, index, options...)
	}
	img, err := image.ReadImage(image.Root)
	if err != nil {
		return nil, err
	}
	return img, remote.Write(ref, img, options...)
}

func remoteOptions(ctx context.Context, opts Options) []remote.Option {
	options := []remote.Option{
		remote.WithContext(ctx),
		remote.WithAuthFromKeychain(authn.DefaultKeychain),
	}
	if opts.Nondistributable {
		options = append(options, remote.WithNondistributable)
	}
	if opts.Insecure {
		transport := remote.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		options = append(options, remote.WithTransport(transport))
	}
	return options
}
