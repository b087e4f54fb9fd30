package rehearse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/rehearse/bucket"
	"github.com/lokki-build/lokki/rehearse/lambda"
)

// cloud is what a stack runs on: a real S3 server, with a gate for each of the
// two roles, and the functions.
type cloud struct {
	stack     *stack
	server    *s3server.Server
	machine   *bucket.Gate // for the state machine's role
	steps     *bucket.Gate // for the functions' role
	client    *s3.Client   // through the machine's gate
	functions *lambda.Service
	logs      []*os.File
}

// The folders of a run that is kept.
const (
	bucketFolder = "s3"
	logFolder    = "logs"
)

// startCloud starts all of it; folder keeps the bucket and the logs.
func startCloud(ctx context.Context, s *stack, o Options, folder string, roles roles) (c *cloud, err error) {
	c = &cloud{stack: s}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if c.server, err = s3server.StartIn(ctx, filepath.Join(folder, bucketFolder)); err != nil {
		return nil, err
	}
	if err := c.createBuckets(ctx); err != nil {
		return nil, err
	}
	c.machine = &bucket.Gate{Partition: s.Partition, Allow: roles.machine}
	c.steps = &bucket.Gate{Partition: s.Partition, Allow: roles.functions}
	machineURL, err := c.server.Listen(c.machine.Intercept)
	if err != nil {
		return nil, err
	}
	c.client = s3.New(c.server.Client().Options(), func(o *s3.Options) { o.BaseEndpoint = &machineURL })
	stepsURL, err := c.server.Listen(o.Faults.inS3(c.steps.Intercept))
	if err != nil {
		return nil, err
	}
	env := slices.DeleteFunc(c.server.Env(), func(v string) bool { return v == "AWS_ENDPOINT_URL_S3="+c.server.URL() })
	c.functions, err = lambda.New(s.functions, lambda.Options{
		Concurrency: o.Concurrency,
		Env:         append(env, "AWS_ENDPOINT_URL_S3="+stepsURL),
		Log:         func(function string) io.Writer { return c.log(folder, function) },
	})
	return c, err
}

// createBuckets makes the stack's bucket, or the one that it was given.
func (c *cloud) createBuckets(ctx context.Context) error {
	names := []string{c.stack.bucket}
	for _, r := range c.stack.OfType("AWS::S3::Bucket") {
		names = append(names, r.Ref)
	}
	slices.Sort(names)
	have, err := c.server.Client().ListBuckets(ctx, &s3.ListBucketsInput{})
	if err != nil {
		return fmt.Errorf("listing the buckets: %w", err)
	}
	for _, b := range have.Buckets { // of the run that is gone on with
		names = slices.DeleteFunc(names, func(name string) bool { return name == *b.Name })
	}
	for _, name := range slices.Compact(names) {
		if err := c.server.CreateBucket(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// log opens a function's log.
func (c *cloud) log(folder, function string) io.Writer {
	file, err := os.OpenFile(filepath.Join(folder, logFolder, function+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return io.Discard // a rehearsal without logs is better than none
	}
	c.logs = append(c.logs, file)
	return file
}

func (c *cloud) close() error {
	var problems []error
	if c.functions != nil {
		problems = append(problems, c.functions.Close())
	}
	if c.server != nil {
		problems = append(problems, c.server.Close())
	}
	for _, f := range c.logs {
		problems = append(problems, f.Close())
	}
	return errors.Join(problems...)
}
