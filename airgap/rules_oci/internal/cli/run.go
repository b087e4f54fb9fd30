package cli

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/logs"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/load"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/push"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/values"
)

// loadFlags are the flags for a tarball's contents.
func loadFlags(flags *flag.FlagSet) (read func() (load.Options, error)) {
	var opts load.Options
	flags.StringVar(&opts.Image, "image", "", "OCI layout of an image or image index")
	flags.StringVar(&opts.Format, "format", "docker", "docker or oci")
	tags := flags.String("tags", "", "file of the image's names, such as app:latest")
	return func() (_ load.Options, err error) {
		opts.Tags, err = values.Words(*tags)
		return opts, err
	}
}

func defineTarball(flags *flag.FlagSet) runner {
	read := loadFlags(flags)
	out := flags.String("output", "", "file to write")
	return func(ctx context.Context, _, _ io.Writer) error {
		opts, err := read()
		if err != nil {
			return err
		}
		file, err := os.Create(*out)
		if err != nil {
			return err
		}
		buffer := bufio.NewWriterSize(file, 1<<20)
		return errors.Join(load.WriteTarball(ctx, opts, buffer), buffer.Flush(), file.Close())
	}
}

func defineLoad(flags *flag.FlagSet) runner {
	read := loadFlags(flags)
	loader := flags.String("loader", "", "program to run instead of docker, podman or nerdctl")
	return func(ctx context.Context, stdout, stderr io.Writer) error {
		opts, err := read()
		if err != nil {
			return err
		}
		if *loader == "" {
			if *loader, err = load.Engine(); err != nil {
				return err
			}
		}
		return load.Load(ctx, opts, *loader, stdout, stderr)
	}
}

// definePush has the flags that the rule sets, and those that users of crane
// give after `bazel run TARGET --`.
func definePush(flags *flag.FlagSet) runner {
	var opts push.Options
	var tags list
	flags.StringVar(&opts.Image, "image", "", "OCI layout of an image or image index")
	repositoryFile := flags.String("repository_file", "", "file with the repository's name")
	tagsFile := flags.String("remote_tags", "", "file of tags")
	flags.StringVar(&opts.Repository, "repository", "", "repository to push to, such as ghcr.io/owner/app")
	flags.StringVar(&opts.Repository, "r", "", "short for -repository")
	flags.Var(&tags, "tag", "tag for the image in addition to the target's; can be repeated")
	flags.Var(&tags, "t", "short for -tag")
	flags.BoolVar(&opts.Insecure, "insecure", false, "allow HTTP, and HTTPS with any certificate")
	flags.BoolVar(&opts.Nondistributable, "allow-nondistributable-artifacts", false, "also push layers that have their own URLs")
	verbose := flags.Bool("verbose", false, "log what is sent")
	flags.BoolVar(verbose, "v", false, "short for -verbose")

	return func(ctx context.Context, stdout, stderr io.Writer) error {
		if *verbose {
			logs.Debug.SetOutput(stderr)
		}
		logs.Warn.SetOutput(stderr)
		if opts.Repository == "" && *repositoryFile != "" {
			data, err := os.ReadFile(*repositoryFile)
			if err != nil {
				return err
			}
			opts.Repository = strings.TrimSpace(string(data))
		}
		if opts.Repository == "" {
			return hint.Add(fmt.Errorf("%w: no repository to push to", errUsage),
				"set repository or repository_file, or add: -- --repository NAME")
		}
		opts.Tags = tags
		if *tagsFile != "" {
			more, err := values.Words(*tagsFile)
			if err != nil {
				return err
			}
			opts.Tags = append(opts.Tags, more...)
		}
		return push.Push(ctx, opts, stdout)
	}
}
