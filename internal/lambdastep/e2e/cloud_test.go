package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

const bucket = "values"

// cloud is an S3 server and a Lambda for each step function.
type cloud struct {
	t         testing.TB
	s3        *s3server.Server
	store     store.Store
	functions map[string]*lambdahost.Host
	memory    int       // MB of each function; lambdahost's default unless set
	log       logBuffer // of all functions
}

// keys are the keys of a cloud's only run.
var keys = envelope.Keys{Prefix: "lokki", Flow: "test-flow", Run: "run-1"}

// logBuffer is written to by every process at once.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// logged ends all functions, since a line may come after the response, and returns
// what they logged since the last call.
func (c *cloud) logged() string {
	for _, f := range c.functions {
		f.Close()
	}
	clear(c.functions)
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	defer c.log.text.Reset()
	return c.log.text.String()
}

func newCloud(t testing.TB) *cloud {
	t.Helper()
	server := s3test.Start(t, bucket)
	c := &cloud{t: t, s3: server, functions: map[string]*lambdahost.Host{}, store: s3store.New(server.Client(), bucket)}
	t.Cleanup(func() {
		if log := c.logged(); t.Failed() {
			t.Logf("the steps' log:\n%s", log)
		}
	})
	return c
}

// function returns the Lambda of a step function, and starts it if necessary.
func (c *cloud) function(name string, timeout time.Duration) *lambdahost.Host {
	c.t.Helper()
	if f := c.functions[name]; f != nil {
		return f
	}
	program, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	f, err := lambdahost.New(lambdahost.Config{
		Name:    name,
		Command: []string{program},
		Env:     append(c.s3.Env(), stepFunction+"="+name, "LOKKI_ARTIFACT_BUCKET="+bucket),
		Timeout: timeout,
		Memory:  c.memory,
		Log:     &c.log,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.functions[name] = f
	return f
}

// invoke runs one task of a state machine.
func (c *cloud) invoke(function string, r envelope.Request) (envelope.Reply, lambdahost.Result) {
	c.t.Helper()
	result, err := c.function(function, time.Minute).Invoke(c.t.Context(), c.payload(r))
	if err != nil {
		c.t.Fatal(err)
	}
	var reply envelope.Reply
	if result.Failure == nil {
		if err := json.Unmarshal(result.Payload, &reply); err != nil {
			c.t.Fatal(err)
		}
	}
	return reply, result
}

func (c *cloud) payload(r envelope.Request) []byte {
	c.t.Helper()
	r.Flow, r.Run = keys.Flow, keys.Run
	payload, err := json.Marshal(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return payload
}

// must is invoke for tasks that succeed.
func (c *cloud) must(function string, r envelope.Request) envelope.Reply {
	c.t.Helper()
	reply, result := c.invoke(function, r)
	if result.Failure != nil {
		c.t.Fatalf("%s at %q: %v", r.Step, r.Path, result.Failure)
	}
	return reply
}

// batches reads the object that a map's ItemReader reads.
func (c *cloud) batches(reply envelope.Reply) []envelope.Batch {
	c.t.Helper()
	var batches []envelope.Batch
	if err := json.Unmarshal(c.object(reply.Items), &batches); err != nil {
		c.t.Fatal(err)
	}
	return batches
}

func (c *cloud) object(key string) []byte {
	c.t.Helper()
	body, err := c.store.Get(c.t.Context(), key, 0, -1)
	if err != nil {
		c.t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return data
}

// objects returns everything in the bucket.
func (c *cloud) objects() map[string]string {
	c.t.Helper()
	all := map[string]string{}
	pages := s3.NewListObjectsV2Paginator(c.s3.Client(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, o := range page.Contents {
			all[*o.Key] = string(c.object(*o.Key))
		}
	}
	return all
}

func (c *cloud) value(step, path string) string {
	c.t.Helper()
	values, err := fanout.ReadLines(c.t.Context(), c.store, keys.Output(step, path))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(bytes.Join(values, []byte("\n")))
}
