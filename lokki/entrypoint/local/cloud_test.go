package local

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/packed"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

const bucket = "values"

// cloud is a bucket, and a Lambda for each step.
type cloud struct {
	t     *testing.T
	s3    *s3server.Server
	store store.Store
	hosts map[string]*lambdahost.Host
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	server := s3test.Start(t, bucket)
	c := &cloud{t: t, s3: server, store: s3store.New(server.Client(), bucket), hosts: map[string]*lambdahost.Host{}}
	t.Cleanup(func() {
		for _, h := range c.hosts {
			h.Close()
		}
	})
	return c
}

func (c *cloud) invoke(function string, r envelope.Request) envelope.Reply {
	c.t.Helper()
	host := c.hosts[function]
	if host == nil {
		self, err := os.Executable()
		if err != nil {
			c.t.Fatal(err)
		}
		host, err = lambdahost.New(lambdahost.Config{Command: []string{self}, Env: append(c.s3.Env(), envProgram+"="+function, "LOKKI_ARTIFACT_BUCKET="+bucket)})
		if err != nil {
			c.t.Fatal(err)
		}
		c.hosts[function] = host
	}
	r.Flow, r.Run = "teams-flow", "mine"
	payload, err := json.Marshal(r)
	if err != nil {
		c.t.Fatal(err)
	}
	result, err := host.Invoke(c.t.Context(), payload)
	if err != nil {
		c.t.Fatal(err)
	}
	if result.Failure != nil {
		c.t.Fatalf("%s at %q: %v", r.Step, r.Path, result.Failure)
	}
	var reply envelope.Reply
	if err := json.Unmarshal(result.Payload, &reply); err != nil {
		c.t.Fatal(err)
	}
	return reply
}

// batches returns the batches that a map reads.
func batches(ctx context.Context, t *testing.T, s store.Store, key string) (list []envelope.Batch) {
	t.Helper()
	if err := json.Unmarshal(object(ctx, t, s, key), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func object(ctx context.Context, t *testing.T, s store.Store, key string) []byte {
	t.Helper()
	body, err := s.Get(ctx, key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var mine = envelope.Keys{Prefix: "lokki", Flow: "teams-flow", Run: "mine"}

// keysOfRun returns the keys of all objects of a run.
func keysOfRun() (all []string) {
	all = []string{mine.Items("list", ""), mine.Batches("list", ""), mine.Output("total", "")}
	for team := range 5 {
		path := envelope.Child("", team)
		all = append(all, mine.Items("gather", path), mine.Batches("gather", path), mine.Output("sum", path))
		for i := range 20 {
			all = append(all, mine.Output("work", envelope.Child(path, i)), mine.Output("look", envelope.Child(path, i)))
		}
	}
	return all
}

// TestBucket runs and resumes in a bucket, and continues the run in a directory
// with the objects of the bucket.
func TestBucket(t *testing.T) {
	c, p := newCloud(t), newPerson(t)
	p.env = c.s3.Env()
	at := []string{"--store", "s3://" + bucket, "--concurrency", "8", "--backoff", "0"}
	code, _, stderr := p.run([]string{envFail + "=look 3/7"}, append(at, "--run", "mine")...)
	if want := " --store s3://values --resume mine --only look --at 3/7\n"; code != 1 || !strings.Contains(stderr, want) {
		t.Fatalf("exit code %d, want 1 and %s:\n%s", code, want, stderr)
	}
	before := c.stored()
	p.want(`{"Team":3,"Index":7,`+token(t, c)+`}`, nil, append(at, "--resume", "mine", "--only", "look", "--at", "3/7")...)
	p.calls()
	p.want("100", nil, append(at, "--resume", "mine")...)
	for _, call := range p.calls() {
		if before[call] {
			t.Errorf("%q was done again", call)
		}
	}
	if len(before) < 10 {
		t.Errorf("only %d results were stored", len(before))
	}
	if code, _, stderr := p.run(nil, append(at, "--run", "mine")...); code != 2 || !strings.Contains(stderr, "s3://values has a run mine of teams-flow already\n") {
		t.Errorf("the same run again: exit code %d:\n%s", code, stderr)
	}
	if code, _, stderr := p.run(nil, append(at, "--resume", "last")...); code != 2 || !strings.Contains(stderr, "only a directory records which run is the last one\nhint: name the run\n") {
		t.Errorf("the last run: exit code %d:\n%s", code, stderr)
	}

	dir := copied(t, c, p.folder)
	p.want("100", nil, "--store", p.folder, "--resume", "mine")
	if calls := p.calls(); len(calls) > 0 {
		t.Errorf("with the bucket's objects %v were done again", calls)
	}
	for _, key := range keysOfRun() {
		if !bytes.Equal(object(t.Context(), t, dir, key), object(t.Context(), t, c.store, key)) {
			t.Errorf("%s is another in the bucket", key)
		}
	}
}

// token returns the token of team 3, as JSON.
func token(t *testing.T, c *cloud) string {
	t.Helper()
	values, err := fanout.ReadLines(t.Context(), c.store, mine.Output("work", "3/7/"))
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(string(values[0]), `"Token"`)
	return `"Token"` + strings.TrimSuffix(token, "}")
}

// stored returns the calls whose results are in the bucket.
func (c *cloud) stored() map[string]bool {
	c.t.Helper()
	all := map[string]bool{}
	for _, key := range c.keys() {
		all[callOf(strings.TrimPrefix(key, "lokki/teams-flow/mine/"))] = true
	}
	return all
}

// keys returns the keys of the bucket's objects.
func (c *cloud) keys() (keys []string) {
	c.t.Helper()
	name := bucket
	pages := s3.NewListObjectsV2Paginator(c.s3.Client(), &s3.ListObjectsV2Input{Bucket: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

// copied copies all objects of the bucket to a directory.
func copied(t *testing.T, c *cloud, folder string) *packed.Dir {
	t.Helper()
	dir, err := packed.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	for _, key := range c.keys() {
		if err := dir.Put(t.Context(), key, bytes.NewReader(object(t.Context(), t, c.store, key))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLambdasReadLocalRuns copies the packed objects of a run from a directory to
// the bucket. Lambdas read them like the objects of other Lambdas.
func TestLambdasReadLocalRuns(t *testing.T) {
	c, p := newCloud(t), newPerson(t)
	p.want("100", nil, "--store", p.folder, "--run", "mine")
	dir, err := packed.Open(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, key := range keysOfRun() {
		if err := c.store.Put(t.Context(), key, bytes.NewReader(object(t.Context(), t, dir, key))); err != nil {
			t.Fatal(err)
		}
	}
	// The same steps again, under different names, on what the local run stored.
	inner := batches(t.Context(), t, c.store, mine.Batches("gather", "3/"))
	c.invoke("Work", envelope.Request{Step: "work-again", Path: "3/7/", From: "gather", Batch: &inner[7]})
	c.invoke("Look", envelope.Request{Step: "look-again", Path: "3/7/", From: "work"})
	teams := 5
	c.invoke("Total", envelope.Request{Step: "total-again", From: "sum", Count: &teams})
	for again, key := range map[string]string{
		mine.Output("work-again", "3/7/"): mine.Output("work", "3/7/"),
		mine.Output("look-again", "3/7/"): mine.Output("look", "3/7/"),
		mine.Output("total-again", ""):    mine.Output("total", ""),
	} {
		if !bytes.Equal(object(t.Context(), t, c.store, again), object(t.Context(), t, c.store, key)) {
			t.Errorf("a Lambda made another %s", key)
		}
	}
}

// TestResumeOfLambdas continues what Lambdas began, in their bucket and in a
// directory with their objects.
func TestResumeOfLambdas(t *testing.T) {
	c, p := newCloud(t), newPerson(t)
	outer := c.invoke("List", envelope.Request{Step: "list", Defaults: json.RawMessage(`{"teams":5,"members":20}`), Split: 1})
	teams := batches(t.Context(), t, c.store, outer.Items)
	for team := range 2 {
		path := envelope.Child("", team)
		members := c.invoke("Gather", envelope.Request{Step: "gather", Path: path, From: "list", Batch: &teams[team], Split: 1})
		for i, b := range batches(t.Context(), t, c.store, members.Items)[:12] {
			at := envelope.Child(path, i)
			c.invoke("Work", envelope.Request{Step: "work", Path: at, From: "gather", Batch: &b})
			if i%2 == 0 {
				c.invoke("Look", envelope.Request{Step: "look", Path: at, From: "work"})
			}
		}
	}
	copied(t, c, p.folder)
	p.env = c.s3.Env()
	if code, _, stderr := p.run(nil, "--store", p.folder, "--run", "mine"); code != 2 || !strings.Contains(stderr, "has a run mine of teams-flow already\n") {
		t.Errorf("a new run of the same id: exit code %d:\n%s", code, stderr)
	}
	p.calls()
	for _, where := range []string{p.folder, "s3://" + bucket} {
		code, stdout, stderr := p.run(nil, "--store", where, "--resume", "mine", "--concurrency", "8")
		if code != 0 || stdout != "100\n" || !strings.HasPrefix(stderr, "run mine was not started here: its stored values are used as they are\n") {
			t.Fatalf("%s: exit code %d, %q:\n%s", where, code, stdout, stderr)
		}
		calls := p.calls()
		slices.Sort(calls)
		var want []string
		for team := range 5 {
			for i := range 20 {
				lambdas := team < 2 && i < 12
				if !lambdas {
					want = append(want, "work "+strconv.Itoa(team)+"/"+strconv.Itoa(i))
				}
				if !lambdas || i%2 == 1 {
					want = append(want, "look "+strconv.Itoa(team)+"/"+strconv.Itoa(i))
				}
			}
			if team >= 2 {
				want = append(want, "gather "+strconv.Itoa(team))
			}
			want = append(want, "sum "+strconv.Itoa(team))
		}
		want = append(want, "total")
		slices.Sort(want)
		if !slices.Equal(calls, want) {
			t.Errorf("%s: got %d calls, want %d:\n%v", where, len(calls), len(want), calls)
		}
		// Once it was resumed it has a record, and changes to the code are noticed.
		if code, stdout, stderr := p.run(nil, "--store", where, "--resume", "mine"); code != 0 || stdout != "100\n" || !strings.HasPrefix(stderr, "resuming run mine\n") {
			t.Errorf("%s again: exit code %d, %q:\n%s", where, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(p.folder, "lokki", "teams-flow", "mine", "run.json")); err != nil {
		t.Error(err)
	}
}
