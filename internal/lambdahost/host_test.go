package lambdahost_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/lambdahost/imagetest"
)

// workerMode turns the test binary into the program that a host runs.
const workerMode = "TEST_WORKER"

func TestMain(m *testing.M) {
	switch os.Getenv(workerMode) {
	case "":
		os.Exit(m.Run())
	case "no start":
		os.Exit(3)
	case "sleep":
		time.Sleep(10 * time.Minute)
	case "late":
		time.Sleep(time.Second)
	case "once":
		once()
	}
	lambda.Start(work)
}

// once answers one invocation and doesn't ask for another.
func once() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	next, err := http.Get(api + "next")
	if err != nil {
		panic(err)
	}
	if _, err := http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "", strings.NewReader("{}")); err != nil {
		panic(err)
	}
	time.Sleep(time.Hour)
}

// order is what a test has the worker do.
type order struct {
	Do   string `json:"do"`
	Text string `json:"text"`
}

type answer struct {
	Text     string   `json:"text"`
	PID      int      `json:"pid"`
	UID      int      `json:"uid"`
	Env      []string `json:"env"`
	Deadline bool     `json:"deadline"`
	Root     []string `json:"root"`
	Writable []string `json:"writable"`
}

func work(ctx context.Context, o order) (answer, error) {
	switch o.Do {
	case "fail":
		return answer{}, messages.InvokeResponse_Error{Type: "Throttled", Message: o.Text}
	case "panic":
		panic(o.Text)
	case "exit":
		os.Exit(7)
	case "hang":
		fmt.Println("hanging")
		select {}
	case "crash": // at about the time of a memory check
		time.Sleep(20 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "child": // with the other end of the caller's pipe
		pipe, err := os.OpenFile(o.Text, os.O_WRONLY, 0)
		if err != nil {
			return answer{}, err
		}
		defer pipe.Close()
		child := exec.Command(os.Args[0])
		child.Env, child.Stdout = []string{workerMode + "=sleep"}, pipe
		return answer{}, child.Start()
	case "grow":
		held := make([]byte, 200<<20)
		for i := range held {
			held[i] = 1
		}
		return answer{Text: fmt.Sprint(len(held))}, nil
	case "fill":
		_, err := os.Stat("/proc/self/status")
		return answer{}, errors.Join(err, os.WriteFile("/tmp/large", make([]byte, 20<<20), 0o600))
	case "much":
		return answer{Text: strings.Repeat("x", 7<<20)}, nil
	}
	_, deadline := ctx.Deadline()
	a := answer{Text: o.Text, PID: os.Getpid(), UID: os.Getuid(), Env: os.Environ(), Deadline: deadline}
	entries, _ := os.ReadDir("/")
	for _, e := range entries {
		a.Root = append(a.Root, e.Name())
	}
	for _, dir := range []string{"/", "/app", "/tmp"} {
		if f, err := os.CreateTemp(dir, "probe"); err == nil {
			f.Close()
			os.Remove(f.Name())
			a.Writable = append(a.Writable, dir)
		}
	}
	return a, nil
}

func newHost(t *testing.T, c lambdahost.Config) *lambdahost.Host {
	t.Helper()
	if len(c.Command) == 0 {
		c.Command = []string{self(t)}
	}
	c.Env = append([]string{workerMode + "=serve"}, c.Env...)
	h, err := lambdahost.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func invoke(t *testing.T, h *lambdahost.Host, do, text string) (lambdahost.Result, answer) {
	t.Helper()
	payload, err := json.Marshal(order{do, text})
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if r.Failure == nil {
		if err := json.Unmarshal(r.Payload, &a); err != nil {
			t.Fatal(err)
		}
	}
	return r, a
}

func TestOneProcessServesManyInvocations(t *testing.T) {
	h := newHost(t, lambdahost.Config{Name: "echo", Memory: 256})
	first, a := invoke(t, h, "", "one")
	if first.Failure != nil || a.Text != "one" || !first.Cold || first.Init <= 0 || first.Duration <= 0 || !a.Deadline {
		t.Errorf("first: %+v, %+v", first, a)
	}
	env := strings.Join(a.Env, "\n")
	for _, want := range []string{"AWS_LAMBDA_FUNCTION_NAME=echo", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256"} {
		if !strings.Contains(env, want) {
			t.Errorf("environment lacks %s", want)
		}
	}
	if strings.Contains(env, "\nHOME=") {
		t.Error("the program sees this process's environment")
	}
	second, b := invoke(t, h, "", "two")
	if b.Text != "two" || second.Cold || second.Init != 0 || a.PID != b.PID {
		t.Errorf("second: %+v, pids %d and %d", second, a.PID, b.PID)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		do, kind, message string
		restarts          bool
	}{
		{do: "fail", kind: "Throttled", message: "text"},
		{do: "panic", kind: "string", message: "text", restarts: true},
		{do: "exit", kind: "Runtime.ExitError", message: "exit status 7", restarts: true},
		{do: "hang", kind: "Sandbox.Timedout", message: "timed out after 0.10 seconds", restarts: true},
		{do: "much", kind: "Function.ResponseSizeTooLarge", message: "6291456 bytes"},
	} {
		t.Run(c.do, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, lambdahost.Config{})
			_, before := invoke(t, h, "", "")
			restore := func() {}
			if c.do == "hang" {
				restore = lambdahost.SetTimeout(h, 100*time.Millisecond)
			}
			r, _ := invoke(t, h, c.do, "text")
			restore()
			if r.Failure == nil || r.Failure.Type != c.kind || !strings.Contains(r.Failure.Message, c.message) {
				t.Fatalf("failure %+v", r.Failure)
			}
			if c.do == "panic" && len(r.Failure.Stack) == 0 {
				t.Error("no stack")
			}
			again, after := invoke(t, h, "", "again")
			if after.Text != "again" || again.Cold != c.restarts || (before.PID != after.PID) != c.restarts {
				t.Errorf("afterwards: %+v, pids %d and %d", again, before.PID, after.PID)
			}
		})
	}
}

func TestAProgramThatDoesNotStart(t *testing.T) {
	h := newHost(t, lambdahost.Config{Env: []string{workerMode + "=no start"}})
	r, _ := invoke(t, h, "", "")
	if r.Failure == nil || r.Failure.Type != "Runtime.ExitError" || !strings.Contains(r.Failure.Message, "exit status 3") {
		t.Errorf("failure %+v", r.Failure)
	}
	h = newHost(t, lambdahost.Config{Command: []string{filepath.Join(t.TempDir(), "none")}})
	if _, err := h.Invoke(t.Context(), []byte("{}")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one of a missing file", err)
	}
}

// call is a log that calls a function at each output.
type call func()

func (c call) Write(p []byte) (int, error) {
	c()
	return len(p), nil
}

func TestTheContextEndsAnInvocation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := newHost(t, lambdahost.Config{Log: call(cancel)}) // once it hangs
	invoke(t, h, "", "")
	if _, err := h.Invoke(ctx, []byte(`{"do":"hang"}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if r, a := invoke(t, h, "", "again"); a.Text != "again" || !r.Cold {
		t.Errorf("afterwards: %+v", r)
	}
	h.Close()
	if _, err := h.Invoke(t.Context(), []byte("{}")); err == nil {
		t.Error("a closed host served")
	}
}

func TestAnEndedContextReachesNoProgram(t *testing.T) {
	h := newHost(t, lambdahost.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, first := range []bool{true, false} {
		if r, err := h.Invoke(ctx, []byte("{}")); !errors.Is(err, context.Canceled) || r.RequestID != "" {
			t.Errorf("got %+v, %v", r, err)
		}
		if r, _ := invoke(t, h, "", ""); r.Cold != first {
			t.Errorf("afterwards: %+v", r)
		}
	}
}

func TestALayoutRunsInASandbox(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("needs root on Linux")
	}
	image, err := lambdahost.Unpack(writeLayout(t, imagetest.Self(t)), sharedDir(t))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(image.Command) != "[/app/worker serve]" || fmt.Sprint(image.Env) != "[FROM=image]" || image.Dir != "/app" {
		t.Errorf("image %+v", image)
	}
	var log bytes.Buffer
	h := newHost(t, lambdahost.Config{
		Command: image.Command, Env: image.Env, Dir: image.Dir, Log: &log,
		Sandbox: &lambdahost.Sandbox{Root: image.Root},
	})
	// Root of a user namespace, as in a build's sandbox, may lack the rights.
	if _, err := h.Invoke(t.Context(), []byte("{}")); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) {
		t.Skipf("this root can't: %v", err)
	}
	_, a := invoke(t, h, "", "inside")
	if a.Text != "inside" || a.UID == 0 || a.PID != 1 {
		t.Errorf("answer %+v, log %s", a, &log)
	}
	if got := fmt.Sprint(a.Root); got != "[app dev proc tmp]" {
		t.Errorf("the program sees %s in /", got)
	}
	if got := fmt.Sprint(a.Writable); got != "[/tmp]" {
		t.Errorf("the program can write to %s", got)
	}
}

// TestASandboxWithMountsOfItsOwn fills /tmp, and looks for what another sandbox
// left there.
func TestASandboxWithMountsOfItsOwn(t *testing.T) {
	if !lambdahost.CanSandbox() {
		t.Skip("needs a root on Linux that may make mounts")
	}
	image, err := lambdahost.Unpack(writeLayout(t, imagetest.Self(t)), sharedDir(t))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	run := func(do string, tmp int) (lambdahost.Result, answer) {
		h := newHost(t, lambdahost.Config{
			Command: image.Command, Env: append(image.Env[:1:1], "FROM=function"), Dir: image.Dir, Log: &log,
			Sandbox: &lambdahost.Sandbox{Root: image.Root, Tmp: tmp},
		})
		return invoke(t, h, do, "")
	}
	_, a := run("", 100)
	if a.UID == 0 || a.PID != 1 || fmt.Sprint(a.Root) != "[app dev proc tmp]" || fmt.Sprint(a.Writable) != "[/tmp]" {
		t.Errorf("answer %+v, log %s", a, &log)
	}
	if !slices.Contains(a.Env, "FROM=function") || slices.Contains(a.Env, "FROM=image") {
		t.Errorf("the later variable doesn't win: %q", a.Env)
	}
	if r, _ := run("fill", 10); r.Failure == nil || !strings.Contains(r.Failure.Message, "no space left") {
		t.Errorf("20 MB in a /tmp of 10 MB: %+v, log %s", r.Failure, &log)
	}
	if r, _ := run("fill", 100); r.Failure != nil {
		t.Errorf("20 MB in a /tmp of 100 MB: %v, log %s", r.Failure, &log)
	}
	if left, err := os.ReadDir(filepath.Join(image.Root, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("outside, /tmp has %v, %v", left, err)
	}
}

func TestACrashIsAFailure(t *testing.T) {
	h := newHost(t, lambdahost.Config{Memory: 128, LimitMemory: true})
	for range 20 {
		r, err := h.Invoke(t.Context(), []byte(`{"do":"crash"}`))
		if err != nil || r.Failure == nil || r.Failure.Type != "Runtime.ExitError" {
			t.Fatalf("got %+v, %v", r, err)
		}
	}
}

func TestAProgramThatDoesNotComeBack(t *testing.T) {
	h := newHost(t, lambdahost.Config{Env: []string{workerMode + "=once"}})
	if r, err := h.Invoke(t.Context(), []byte("{}")); err != nil || r.Failure != nil {
		t.Fatalf("first: %+v, %v", r, err)
	}
	const timeout = 100 * time.Millisecond
	restore := lambdahost.SetTimeout(h, timeout)
	if r, err := h.Invoke(t.Context(), []byte("{}")); err != nil || r.Failure == nil || r.Failure.Type != "Sandbox.Timedout" || r.Duration != timeout {
		t.Errorf("second: %+v, %v", r, err)
	}
	restore()
	if r, err := h.Invoke(t.Context(), []byte("{}")); err != nil || r.Failure != nil || !r.Cold {
		t.Errorf("third: %+v, %v", r, err)
	}
}

// TestALateStart has a program that takes a second to start, where it may take a
// tenth of that at first.
func TestALateStart(t *testing.T) {
	defer lambdahost.SetInitLimit(100 * time.Millisecond)()
	h := newHost(t, lambdahost.Config{Env: []string{workerMode + "=late"}, Timeout: time.Minute})
	if r, _ := invoke(t, h, "", ""); r.Failure != nil || !r.Cold || r.Init < 1100*time.Millisecond {
		t.Errorf("got %+v", r)
	}
	h = newHost(t, lambdahost.Config{Env: []string{workerMode + "=late"}, Timeout: 200 * time.Millisecond})
	if r, err := h.Invoke(t.Context(), []byte("{}")); err != nil || r.Failure == nil || r.Failure.Type != "Sandbox.Timedout" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestWhatAProgramStartedEndsWithIt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("programs are confined only on Linux")
	}
	held := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost(t, lambdahost.Config{})
	opened := make(chan *os.File, 1)
	go func() {
		pipe, err := os.Open(held) // waits for the other end
		if err != nil {
			t.Error(err)
		}
		opened <- pipe
	}()
	if r, _ := invoke(t, h, "child", held); r.Failure != nil {
		t.Fatal(r.Failure)
	}
	pipe := <-opened
	defer pipe.Close()
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, pipe) // until nobody holds the other end
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("what the program started is still there")
	}
}

func TestMemoryIsLimited(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a process's memory is known only on Linux")
	}
	h := newHost(t, lambdahost.Config{Memory: 128, LimitMemory: true})
	if r, _ := invoke(t, h, "", ""); r.Memory < 1<<20 || r.Memory > 128<<20 {
		t.Errorf("a small invocation used %d bytes", r.Memory)
	}
	r, _ := invoke(t, h, "grow", "")
	if r.Failure == nil || r.Failure.Type != "Runtime.ExitError" || !strings.Contains(r.Failure.Message, "of memory and has 128") {
		t.Errorf("200 MB of 128: %+v", r.Failure)
	}
	if again, _ := invoke(t, h, "", ""); !again.Cold || again.Failure != nil {
		t.Errorf("afterwards: %+v", again)
	}
}

// sharedDir is a folder that other users can reach, unlike t.TempDir.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "root")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
