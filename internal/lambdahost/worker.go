package lambdahost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/peakmem"
)

// worker is one process and its end of the Runtime API. Each has its own
// listener, so that a late call of a killed one can't reach its successor.
type worker struct {
	name    string
	cmd     *exec.Cmd
	server  *http.Server
	started time.Time
	memory  *peakmem.Memory

	invocations chan *invocation // received by the call of next
	exited      chan struct{}    // closed when the process has ended

	mu      sync.Mutex
	asked   time.Time   // time of the first call of next
	current *invocation // handed over, not answered yet
}

var (
	errExited = errors.New("the program has exited")
	errLate   = errors.New("the program took too long to ask for an invocation")
)

func startWorker(c Config) (*worker, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for the program: %w", err)
	}
	w := &worker{name: c.Name, invocations: make(chan *invocation), exited: make(chan struct{})}
	w.server = &http.Server{Handler: w.runtimeAPI()}
	go w.server.Serve(listener)

	w.cmd = exec.Command(c.Command[0], c.Command[1:]...)
	w.cmd.Dir = c.Dir
	w.cmd.Env = append(environment(c, listener.Addr().String()), c.Env...)
	w.cmd.Stdout, w.cmd.Stderr = c.Log, c.Log
	w.cmd.WaitDelay = time.Second // for grandchildren that keep the output open
	if err := confine(w.cmd, c.Sandbox); err != nil {
		w.server.Close()
		return nil, err
	}
	if err := w.start(); err != nil {
		w.server.Close()
		return nil, fmt.Errorf("starting %s: %w", c.Command[0], err)
	}
	w.memory = peakmem.Of(w.cmd.Process.Pid)
	return w, nil
}

// start starts the process and waits for it on one thread: the parent-death
// signal is sent when the thread that started the process ends.
func (w *worker) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		w.started = time.Now()
		err := w.cmd.Start()
		started <- err
		if err == nil {
			_ = w.cmd.Wait() // ProcessState has the result
			close(w.exited)
		}
	}()
	return <-started
}

// hand gives the invocation to the program once it asks, within limit.
func (w *worker) hand(ctx context.Context, inv *invocation, limit time.Duration) error {
	select {
	case <-w.exited: // its call of next may still seem to wait
		return errExited
	default:
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case w.invocations <- inv:
		return nil
	case <-w.exited:
		return errExited
	case <-late.C:
		return errLate
	case <-ctx.Done():
		return fmt.Errorf("waiting for %s: %w", w.name, ctx.Err())
	}
}

// kill ends the process and waits for its end.
func (w *worker) kill() {
	select {
	case <-w.exited: // its PID may belong to another process by now
	default:
		kill(w.cmd.Process)
	}
	<-w.exited
	w.server.Close()
	w.memory.Close()
}

// exitStatus describes how the process ended; call it after exited is closed.
func (w *worker) exitStatus() string { return w.cmd.ProcessState.String() }

// initTime is how long the program took until its first call of next.
func (w *worker) initTime() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked.IsZero() {
		return 0
	}
	return w.asked.Sub(w.started)
}

// environment is what Lambda sets for every function
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
func environment(c Config, api string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(c.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_REGION=us-east-1",
		"TZ=:UTC",
	}
}
