package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
)

// TestKilledBetweenPutAndReply kills a step's process when S3 has stored an
// object but the process does not know it yet, and invokes the step again:
// as a retry, which knows of the earlier attempt, and as a redrive, which
// doesn't. The step returns something different each time.
func TestKilledBetweenPutAndReply(t *testing.T) {
	for _, c := range []struct {
		object  string // the last one that was stored
		split   int
		objects int // at the end
	}{
		{"output.json.gz", 0, 1},
		{"items.jsonl.gz", 1, 2},
		{"items.json", 1, 2},
	} {
		for name, attempt := range map[string]int{"retry": 1, "redrive": 0} {
			t.Run(c.object+" "+name, func(t *testing.T) {
				t.Parallel()
				cloud := newCloud(t)
				r := envelope.Request{Step: "token", Path: "4/", Defaults: []byte(`{}`), Split: c.split}
				before := cloud.killedAfterPut("Token", r, c.object)

				r.Attempt = attempt
				reply, result := cloud.invoke("Token", r)
				if result.Failure != nil || !result.Cold {
					t.Fatalf("invoked again: %+v", result)
				}
				after := cloud.objects()
				for key, data := range before {
					if after[key] != data {
						t.Errorf("%s has changed", key)
					}
				}
				if len(after) != c.objects {
					t.Errorf("the bucket holds %d objects, want %d", len(after), c.objects)
				}
				if c.split > 0 {
					cloud.checkList(reply, keys.Items("token", "4/"))
				}
				repeated := strings.Contains(cloud.logged(), `"repeated":true`)
				if want := attempt > 0; repeated != want {
					t.Errorf("the step did not run again: %v, want %v", repeated, want)
				}
			})
		}
	}
}

// killedAfterPut invokes a step whose process is killed when the object is
// stored, and returns the content of the bucket.
func (c *cloud) killedAfterPut(function string, r envelope.Request, object string) map[string]string {
	c.t.Helper()
	ctx, kill := context.WithTimeout(c.t.Context(), time.Minute)
	defer kill()
	c.s3.Intercept(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		answer := httptest.NewRecorder()
		pass.ServeHTTP(answer, r)
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/"+object) {
			kill()
			<-r.Context().Done() // the process is dead
			return
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
	result, err := c.function(function, time.Minute).Invoke(ctx, c.payload(r))
	c.s3.Intercept(nil)
	if !errors.Is(err, context.Canceled) {
		c.t.Fatalf("%+v, %v; want a process that was killed", result, err)
	}
	before := c.objects()
	for key := range before {
		if strings.HasSuffix(key, "/"+object) {
			return before
		}
	}
	c.t.Fatalf("no %s was stored", object)
	return nil
}

// checkList reads a list of one item through its batches.
func (c *cloud) checkList(reply envelope.Reply, items string) {
	c.t.Helper()
	batches := c.batches(reply)
	if reply.Count == nil || *reply.Count != 1 || len(batches) != 1 {
		c.t.Fatalf("reply %+v, %d batches", reply, len(batches))
	}
	values, err := fanout.ReadBatch(c.t.Context(), c.store, items, batches[0])
	if err != nil {
		c.t.Fatal(err)
	}
	var token string
	if err := json.Unmarshal(values[0], &token); err != nil || token == "" {
		c.t.Errorf("the item is %s, %v", fmt.Sprint(values), err)
	}
}
