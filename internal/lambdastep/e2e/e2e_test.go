package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/lambdahost"
)

func TestBirds(t *testing.T) {
	c := newCloud(t)
	puts := c.s3.Requests("PUT") // includes the bucket's
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
	for _, want := range []string{`"message":"flapping"`, `"bird":"duck"`, `"S3Requests":2,`, `"flow":"test-flow","run":"run-1","step":"flap-bird","path":"1/","attempt":0`, `"message":"step done"`} {
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
			r.Attempt = 0 // as after a redrive: the step runs, and stored values don't change
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
		timeout    time.Duration // including a second for the report; 0 is the default
	}{
		{"panic", "Lokki.Panic", true, 0},
		{"wait", "Sandbox.Timedout", true, 10 * time.Second},
		{"hang", "Sandbox.Timedout", false, 10 * time.Second},
		{"later", "Lokki.Transient", true, 0},
		{"never", "Lokki.Permanent", true, 0},
	} {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.function("Wreck", how.timeout)
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
			if how.name == "later" && (r.Failure == nil || r.Failure.Message != "busy: asking: the service is busy") {
				t.Errorf("failure %+v", r.Failure)
			}
			if _, r := c.invoke("Wreck", task("again")); r.Failure != nil || r.Cold == how.survives {
				t.Errorf("afterwards: %+v", r)
			}
			if log := c.logged(); strings.Count(log, how.kind) != 1 || strings.Count(log, `"Duration":`) != 3 {
				t.Errorf("want three summaries, one of them of a failure that is not logged again:\n%s", log)
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
	if r.Failure == nil || r.Failure.Type != "Lokki.Configuration" || !strings.Contains(r.Failure.Message, "no-such-bucket") {
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
