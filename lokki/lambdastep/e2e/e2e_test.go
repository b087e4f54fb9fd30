package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/lokki/store"
)

const bucket = "values"

// cloud is an S3 server and a Lambda for each step function.
type cloud struct {
	t         testing.TB
	s3        *s3server.Server
	store     store.Store
	functions map[string]*lambdahost.Host
	log       logBuffer // of all functions
}

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

// logged ends all functions, as a line may come later than the answer, and
// returns what they logged since the last call.
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
	s3, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{t: t, s3: s3, functions: map[string]*lambdahost.Host{}, store: store.NewS3(s3.Client(), bucket)}
	t.Cleanup(func() {
		if log := c.logged(); t.Failed() {
			t.Logf("the steps' log:\n%s", log)
		}
		s3.Close()
	})
	if err := s3.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	return c
}

// function starts the Lambda of a step function, or finds it.
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
	r.Flow, r.Run = "test-flow", "run-1"
	payload, err := json.Marshal(r)
	if err != nil {
		c.t.Fatal(err)
	}
	result, err := c.function(function, time.Minute).Invoke(c.t.Context(), payload)
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

// must is invoke for tasks that succeed.
func (c *cloud) must(function string, r envelope.Request) envelope.Reply {
	c.t.Helper()
	reply, result := c.invoke(function, r)
	if result.Failure != nil {
		c.t.Fatalf("%s at %q: %v", r.Step, r.Path, result.Failure)
	}
	return reply
}

// batches reads what a map's ItemReader reads.
func (c *cloud) batches(reply envelope.Reply) []envelope.Batch {
	c.t.Helper()
	body, err := c.store.Get(c.t.Context(), reply.Items, 0, -1)
	if err != nil {
		c.t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		c.t.Fatal(err)
	}
	var batches []envelope.Batch
	if err := json.Unmarshal(data, &batches); err != nil {
		c.t.Fatal(err)
	}
	return batches
}

func (c *cloud) value(step, path string) string {
	c.t.Helper()
	keys := envelope.Keys{Prefix: "lokki", Flow: "test-flow", Run: "run-1"}
	values, err := fanout.ReadLines(c.t.Context(), c.store, keys.Output(step, path))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(bytes.Join(values, []byte("\n")))
}

func TestBirds(t *testing.T) {
	c := newCloud(t)
	puts := c.s3.Requests("PUT") // that of the bucket
	list := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":1}`), Input: []byte(`{"count":3}`), Split: 1})
	if list.Items != "lokki/test-flow/run-1/get-birds/items.json" || list.Count == nil || *list.Count != 3 {
		t.Fatalf("reply %+v", list)
	}
	batches := c.batches(list)
	if len(batches) != 3 {
		t.Fatalf("%d batches", len(batches))
	}
	gets := c.s3.Requests("GET")
	for _, b := range batches {
		c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: envelope.Child("", b.Index), From: "get-birds", Batch: &b})
	}
	c.must("JoinBirds", envelope.Request{Step: "join-birds", From: "flap-bird", Count: list.Count})

	// Two objects for the list, and a read and a write for each child; the
	// aggregation reads each child's and writes its own.
	if got := c.s3.Requests("PUT") - puts; got != 2+3+1 {
		t.Errorf("%d PUT requests, want 6", got)
	}
	if got := c.s3.Requests("GET") - gets; got != 3+3 {
		t.Errorf("%d GET requests, want 6", got)
	}
	if got := c.s3.Requests("HEAD"); got != 0 {
		t.Errorf("%d HEAD requests, want none", got)
	}
	if got := c.value("join-birds", ""); got != `"flappy goose, flappy duck, flappy seagull"` {
		t.Errorf("joined %s", got)
	}
	log := c.logged()
	for _, want := range []string{`"message":"flapping"`, `"bird":"duck"`, `"flow":"test-flow","run":"run-1","step":"flap-bird","path":"1/","attempt":0`, `"message":"step done"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

func TestBatches(t *testing.T) {
	c := newCloud(t)
	list := c.must("Words", envelope.Request{Step: "words", Defaults: []byte(`"a b c d e f g"`), Split: 3})
	for _, b := range c.batches(list) {
		path := envelope.Child("", b.Index)
		c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: path, From: "words", Batch: &b})
		c.must("FlapBird", envelope.Request{Step: "flap-bird-2", Path: path, From: "flap-bird"})
	}
	if got := c.value("flap-bird", "6/"); got != `"flappy g"` {
		t.Errorf("a batch of one is stored as %s, want the plain value", got)
	}
	c.must("JoinBirds", envelope.Request{Step: "join-birds", From: "flap-bird-2", Count: list.Count, BatchSize: 3})
	var want []string
	for _, w := range strings.Fields("a b c d e f g") {
		want = append(want, "flappy flappy "+w)
	}
	if got := c.value("join-birds", ""); got != fmt.Sprintf("%q", strings.Join(want, ", ")) {
		t.Errorf("joined %s", got)
	}
}

func TestNested(t *testing.T) {
	c := newCloud(t)
	texts := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":3}`), Split: 1})
	for _, outer := range c.batches(texts) {
		path := envelope.Child("", outer.Index)
		c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: path, From: "get-birds", Batch: &outer})
		words := c.must("Words", envelope.Request{Step: "words", Path: path, From: "flap-bird", Split: 1})
		for _, inner := range c.batches(words) {
			c.must("FlapBird", envelope.Request{Step: "flap-bird-2", Path: envelope.Child(path, inner.Index), From: "words", Batch: &inner})
		}
		c.must("JoinBirds", envelope.Request{Step: "join-birds", Path: path, From: "flap-bird-2", Count: words.Count})
	}
	c.must("JoinBirds", envelope.Request{Step: "join-birds-2", From: "join-birds", Count: texts.Count})
	if got := c.value("flap-bird-2", "2/1/"); got != `"flappy seagull"` {
		t.Errorf("the inner item is %s", got)
	}
	want := `"flappy flappy, flappy goose, flappy flappy, flappy duck, flappy flappy, flappy seagull"`
	if got := c.value("join-birds-2", ""); got != want {
		t.Errorf("joined %s, want %s", got, want)
	}
}

func TestAnEmptyListIsAggregated(t *testing.T) {
	c := newCloud(t)
	list := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":0}`), Split: 1})
	if list.Count == nil || *list.Count != 0 || len(c.batches(list)) != 0 {
		t.Errorf("reply %+v", list)
	}
	c.must("JoinBirds", envelope.Request{Step: "join-birds", From: "flap-bird", Count: list.Count})
	if got := c.value("join-birds", ""); got != `""` {
		t.Errorf("joined %s", got)
	}
}

func TestARetryDoesNotRunTheStepAgain(t *testing.T) {
	c := newCloud(t)
	for _, split := range []int{0, 1} {
		r := envelope.Request{Step: fmt.Sprintf("token-%d", split), Defaults: []byte(`{}`), Split: split}
		first := c.must("Token", r)
		c.logged()
		r.Attempt = 1
		second := c.must("Token", r)
		if log := c.logged(); !strings.Contains(log, `"repeated":true`) {
			t.Errorf("split %d: the step ran again: %s", split, log)
		}
		if split > 0 && (second.Items != first.Items || second.Count == nil || *second.Count != 1) {
			t.Errorf("replies %+v and %+v", first, second)
		}
		if split == 0 {
			before := c.value("token-0", "")
			r.Attempt = 0 // as after a redrive: it runs, and what is stored stays
			c.must("Token", r)
			if got := c.value("token-0", ""); got != before {
				t.Errorf("stored %s, then %s", before, got)
			}
		}
	}
}

func TestFailures(t *testing.T) {
	for _, how := range []struct {
		name, kind string
		survives   bool
	}{
		{"panic", "Lokki.Panic", true},
		{"wait", "Sandbox.Timedout", true},
		{"hang", "Sandbox.Timedout", false},
	} {
		t.Run(how.name, func(t *testing.T) {
			c := newCloud(t)
			c.function("Wreck", 3*time.Second)
			task := func(how string) envelope.Request {
				return envelope.Request{Step: "wreck-" + how, Defaults: fmt.Appendf(nil, "%q", how)}
			}
			c.must("Wreck", task("fine"))
			_, r := c.invoke("Wreck", task(how.name))
			if r.Failure == nil || r.Failure.Type != how.kind || r.Failure.Raw == nil {
				t.Errorf("failure %+v, want %s as the step itself reported it", r.Failure, how.kind)
			}
			if how.name == "panic" && (r.Failure == nil || len(r.Failure.Stack) == 0) {
				t.Error("no stack")
			}
			if _, r := c.invoke("Wreck", task("again")); r.Failure != nil || r.Cold == how.survives {
				t.Errorf("afterwards: %+v", r)
			}
		})
	}
}

func TestAMissingBucketIsNamed(t *testing.T) {
	c := newCloud(t)
	c.functions["Token"], _ = lambdahost.New(lambdahost.Config{
		Command: []string{executable(t)},
		Env:     append(c.s3.Env(), stepFunction+"=Token", "LOKKI_ARTIFACT_BUCKET=no-such-bucket"),
	})
	_, r := c.invoke("Token", envelope.Request{Step: "token", Defaults: []byte(`{}`)})
	if r.Failure == nil || r.Failure.Type != "Lokki.Storage" || !strings.Contains(r.Failure.Message, "no-such-bucket") {
		t.Errorf("failure %+v", r.Failure)
	}
}

func executable(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAStepOutlastsAnOutageOfS3 stops the server under a running flow and
// starts it again while a step waits for it.
func TestAStepOutlastsAnOutageOfS3(t *testing.T) {
	c := newCloud(t)
	list := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":2}`), Split: 1})
	batch := c.batches(list)[1]
	c.s3.Stop()
	before := c.s3.Requests("GET")
	resumed := make(chan error, 1)
	go func() {
		for c.s3.Requests("GET") == before { // until the step has met the outage
			select {
			case <-t.Context().Done():
				resumed <- t.Context().Err()
				return
			case <-time.After(time.Millisecond):
			}
		}
		resumed <- c.s3.Resume(t.Context())
	}()
	c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: "1/", From: "get-birds", Batch: &batch})
	if err := <-resumed; err != nil {
		t.Fatal(err)
	}
	if got := c.value("flap-bird", "1/"); got != `"flappy duck"` {
		t.Errorf("stored %s", got)
	}
}
