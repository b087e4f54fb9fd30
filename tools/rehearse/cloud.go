package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/tools/rehearse/bucket"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

// cloud is what a stack runs on: a real S3 server, with a gate for the state
// machine's role and one for each function, and the functions.
type cloud struct {
	stack     *stack
	server    *s3server.Server
	roles     roles
	machine   *bucket.Gate            // for the state machine's role
	steps     map[string]*bucket.Gate // for the functions' role, by function name
	client    *s3.Client              // through the machine's gate
	functions *lambda.Service
	running   *running // invocations of the functions
	logs      []*os.File
	met       met
}

// met are the faults that have occurred, by flag.
type met struct {
	mu    sync.Mutex
	flags map[string]bool
}

func (m *met) note(flag string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.flags == nil {
		m.flags = map[string]bool{}
	}
	m.flags[flag] = true
}

func (m *met) all() map[string]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.flags)
}

// The folders of a run that is kept.
const (
	bucketFolder = "s3"
	logFolder    = "logs"
)

// startCloud starts everything; folder keeps the bucket and the logs.
func startCloud(ctx context.Context, s *stack, o Options, folder string, roles roles) (*cloud, error) {
	c := &cloud{stack: s, roles: roles, steps: map[string]*bucket.Gate{}, running: newRunning()}
	if err := c.start(ctx, o, folder, roles); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *cloud) start(ctx context.Context, o Options, folder string, roles roles) (err error) {
	if c.server, err = s3server.StartIn(ctx, filepath.Join(folder, bucketFolder)); err != nil {
		return err
	}
	if err := c.createBuckets(ctx); err != nil {
		return err
	}
	c.machine = &bucket.Gate{Partition: c.stack.Partition, Allow: roles.machine}
	machineURL, err := c.server.Listen(c.machine.Intercept)
	if err != nil {
		return err
	}
	c.client = s3.New(c.server.Client().Options(), func(o *s3.Options) { o.BaseEndpoint = &machineURL })
	env, err := c.startGates(o.Faults, roles)
	if err != nil {
		return err
	}
	c.functions, err = lambda.New(c.stack.functions, lambda.Options{
		Concurrency: o.Concurrency,
		Env:         func(function string) []string { return env[function] },
		Log:         func(function string) *os.File { return c.log(folder, function) },
	})
	return err
}

// startGates makes a gate for each function, and returns the environment that leads
// the function to it: the later address wins.
func (c *cloud) startGates(faults Faults, roles roles) (map[string][]string, error) {
	env := map[string][]string{}
	around := faults.inS3(c.met.note)
	for _, f := range c.stack.functions {
		gate := &bucket.Gate{Partition: c.stack.Partition, Allow: roles.functions}
		url, err := c.server.Listen(around(gate.Intercept))
		if err != nil {
			return nil, err
		}
		c.steps[f.Name] = gate
		env[f.Name] = append(c.server.Env(), "AWS_ENDPOINT_URL_S3="+url)
	}
	return env, nil
}

// createBuckets creates the stack's bucket, or the one that the stack was
// given.
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
	for _, b := range have.Buckets { // of the run that is continued
		names = slices.DeleteFunc(names, func(name string) bool { return name == *b.Name })
	}
	for _, name := range slices.Compact(names) {
		if err := c.server.CreateBucket(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// requests returns the requests to S3 so far, the functions' by function name,
// and why the first one that a role didn't allow was denied.
func (c *cloud) requests() (steps map[string]bucket.Requests, machine bucket.Requests, denied error) {
	steps = map[string]bucket.Requests{}
	var step error
	for _, f := range c.stack.functions {
		gate := c.steps[f.Name]
		steps[f.Name] = gate.Requests()
		step = cmp.Or(step, gate.Denied())
	}
	return steps, c.machine.Requests(), errors.Join(c.machine.Denied(), step)
}

// log opens a function's log. It returns nil if it can't: a rehearsal without logs
// is better than none.
func (c *cloud) log(folder, function string) *os.File {
	file, err := os.OpenFile(filepath.Join(folder, logFolder, function+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil
	}
	c.logs = append(c.logs, file)
	return file
}

func (c *cloud) close() error {
	c.running.end()
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
