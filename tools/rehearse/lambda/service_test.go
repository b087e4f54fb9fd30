package lambda_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/internal/lambdahost/imagetest"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

// workerMode turns the test binary into the program in the images.
const workerMode = "TEST_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(workerMode) == "" {
		os.Exit(m.Run())
	}
	awslambda.Start(func(_ context.Context, do string) (string, error) {
		switch do {
		case "fail":
			return "", errors.New("on purpose")
		case "sleep":
			time.Sleep(100 * time.Millisecond)
		case "hang":
			time.Sleep(time.Hour)
		}
		return os.Getenv("GREETING") + " from " + os.Getenv("FROM"), nil
	})
}

// The functions: one with all the time it needs, and one with a second.
const (
	arn   = "arn:aws:lambda:eu-west-1:123456789012:function:greet"
	hasty = "arn:aws:lambda:eu-west-1:123456789012:function:hasty"
)

// text is the log so far.
func text(t *testing.T, log *os.File) string {
	t.Helper()
	all, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func newService(t *testing.T, concurrency int) (*lambda.Service, *os.File) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	greet := lambda.Function{
		ARN: arn, Name: "greet", Image: image(t), Memory: 256, Timeout: 300, EphemeralStorage: 512,
		Env: map[string]string{"GREETING": "hello"},
	}
	second := greet
	second.ARN, second.Name, second.Timeout = hasty, "hasty", 1
	s, err := lambda.New([]lambda.Function{greet, second}, lambda.Options{Concurrency: concurrency, Env: func(string) []string { return []string{workerMode + "=1"} }, Log: func(string) *os.File { return log }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, log
}

func TestInvoke(t *testing.T) {
	s, log := newService(t, 4)
	for i := range 3 {
		r, err := s.Invoke(t.Context(), arn, []byte(`""`))
		if err != nil || r.Failure != nil || string(r.Payload) != `"hello from image"` || r.Cold != (i == 0) {
			t.Fatalf("%d: %+v, %v, log %s", i, r, err, text(t, log))
		}
	}
	failed, err := s.Invoke(t.Context(), arn, []byte(`"fail"`))
	if err != nil || failed.Failure == nil || failed.Failure.Message != "on purpose" {
		t.Errorf("got %+v, %v", failed, err)
	}
	late, err := s.Invoke(t.Context(), hasty, []byte(`"hang"`))
	if err != nil || late.Failure == nil || late.Failure.Type != "Sandbox.Timedout" {
		t.Errorf("got %+v, %v", late, err)
	}
	all := s.Stats()
	for i, c := range []struct{ invocations, failures int }{{4, 1}, {1, 1}} {
		got := all[i]
		if got.Invocations != c.invocations || got.Failures != c.failures || got.Environments != 1 || got.Cold != 1 ||
			got.Billed < got.Duration || got.GBSeconds() != got.Billed.Seconds()/4 {
			t.Errorf("stats %+v, %v GB-seconds", got, got.GBSeconds())
		}
	}
	if all[0].Memory == 0 || all[1].GBSeconds() < 0.25 {
		t.Errorf("stats %+v", all)
	}
	reports := regexp.MustCompile(`(?m)^REPORT RequestId: \S+\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB(\tInit Duration: [0-9.]+ ms)?(\tStatus: (error|timeout)\tError Type: \S+)?$`)
	if found := reports.FindAllString(text(t, log), -1); len(found) != 5 || !strings.Contains(found[0], "Init") || !strings.Contains(found[4], "timeout") {
		t.Errorf("log %s", text(t, log))
	}
}

func TestEnvironmentsComeWithTheConcurrency(t *testing.T) {
	s, _ := newService(t, 3)
	var all sync.WaitGroup
	for range 9 {
		all.Go(func() {
			release, err := s.Acquire(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			if r, err := s.Invoke(t.Context(), arn, []byte(`"sleep"`)); err != nil || r.Failure != nil {
				t.Errorf("got %+v, %v", r, err)
			}
		})
	}
	all.Wait()
	if stats := s.Stats()[0]; stats.Environments != 3 || stats.Invocations != 9 {
		t.Errorf("stats %+v", stats)
	}
}

func TestWhatCantBeInvoked(t *testing.T) {
	s, _ := newService(t, 1)
	if _, err := s.Invoke(t.Context(), arn+"x", nil); err == nil || !strings.Contains(err.Error(), "no such function") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Invoke(ctx, arn, []byte(`""`)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if stats := s.Stats()[0]; stats.Invocations != 0 {
		t.Errorf("what did not begin is counted: %+v", stats)
	}
	release, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Acquire(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a slot that is taken: got %v", err)
	}
	release()
	if _, err := lambda.New(nil, lambda.Options{}); err == nil || err.Error() != "concurrency 0: want 1 or more" {
		t.Errorf("got %v", err)
	}
	if _, err := lambda.New([]lambda.Function{{Name: "f", Image: t.TempDir()}}, lambda.Options{Concurrency: 1}); err == nil ||
		!strings.HasPrefix(err.Error(), "unpacking f: ") {
		t.Errorf("got %v", err)
	}
	s.Close()
	if _, err := s.Invoke(t.Context(), arn, []byte(`""`)); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("after Close: got %v", err)
	}
}

// image makes an image of this test binary.
func image(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layout")
	config := v1.Config{Entrypoint: []string{"/app/worker"}, Env: []string{"FROM=image"}}
	if _, err := imagetest.Write(dir, config, imagetest.File{Name: "app/worker", Data: imagetest.Self(t)}); err != nil {
		t.Fatal(err)
	}
	return dir
}
