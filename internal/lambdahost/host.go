package lambdahost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/timelimit"
)

// Config says what to run.
type Config struct {
	Name    string        // the function's name; "function" by default
	Command []string      // program and arguments; with Sandbox, paths inside it
	Env     []string      // "KEY=value"; a later entry wins
	Dir     string        // working folder; this process's by default
	Memory  int           // MB, reported to the program; 512 by default
	Timeout time.Duration // of an invocation; timelimit.DefaultLambda by default
	Log     io.Writer     // receives what the program prints; discarded if nil
	Sandbox *Sandbox      // nil runs the program as this user in this file system

	// LimitMemory kills a program that uses more than Memory, on Linux.
	LimitMemory bool
}

// Lambda's own limits
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const (
	maxTimeout = awslimits.LambdaSeconds * time.Second
	maxPayload = awslimits.PayloadBytes
)

// initLimit is how long a program may take to ask for its first invocation.
var initLimit = 10 * time.Second

// Host is one execution environment of a function.
type Host struct {
	config Config
	mu     sync.Mutex // held during an invocation
	worker *worker    // nil before the first invocation and after Close
	closed bool
}

// New checks the configuration. The program starts with the first invocation.
func New(c Config) (*Host, error) {
	if len(c.Command) == 0 {
		return nil, errors.New("no command to run")
	}
	if c.Timeout < 0 || c.Timeout > maxTimeout {
		return nil, fmt.Errorf("timeout %s: want at most %s", c.Timeout, maxTimeout)
	}
	if c.Timeout == 0 {
		c.Timeout = timelimit.DefaultLambda * time.Second
	}
	if c.Name == "" {
		c.Name = "function"
	}
	if c.Memory == 0 {
		c.Memory = 512
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	return &Host{config: c}, nil
}

// Result is the outcome of one invocation.
type Result struct {
	RequestID string        // "" if the invocation didn't start
	Payload   []byte        // the function's response
	Failure   *Failure      // set if the function failed; Payload is empty then
	Cold      bool          // a process was started for this invocation
	Init      time.Duration // from then until its first call of next; 0 unless Cold
	Duration  time.Duration // from sending the payload to the answer
	Memory    int64         // bytes: the process's peak so far; 0 where it can't be measured
}

// Failure is how Lambda reports a function that failed.
type Failure struct {
	Message string       `json:"errorMessage"`
	Type    string       `json:"errorType"`
	Stack   []StackFrame `json:"stackTrace,omitempty"`
	Raw     []byte       `json:"-"` // the error as the function sent it
}

// StackFrame is one line of a failure's stack.
type StackFrame struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Label string `json:"label"`
}

func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// Invoke sends one payload and waits for the answer. A failure of the function
// is in the result; the error is for what kept it from running. If ctx ends,
// the process is killed.
func (h *Host) Invoke(ctx context.Context, payload []byte) (Result, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return Result{}, errors.New("invoking a closed host")
	}
	if len(payload) > maxPayload {
		return Result{}, fmt.Errorf("payload of %d bytes: Lambda takes at most %d", len(payload), maxPayload)
	}
	if err := ctx.Err(); err != nil { // otherwise a waiting program might still get it
		return Result{}, fmt.Errorf("invoking %s: %w", h.config.Name, err)
	}
	inv := newInvocation(payload, h.config.Timeout)
	if h.worker != nil {
		err := h.worker.hand(ctx, inv, h.config.Timeout)
		switch {
		case err == nil:
			return h.await(ctx, inv, Result{RequestID: inv.id})
		case errors.Is(err, errLate): // it is still busy with the previous invocation
			return Result{RequestID: inv.id, Duration: h.config.Timeout, Failure: h.timedOut()}, h.drop(nil)
		case !errors.Is(err, errExited):
			return Result{}, h.drop(err)
		}
		h.drop(nil) // it has exited since: start another one
	}
	result := Result{RequestID: inv.id, Cold: true}
	err := h.start(ctx, inv, initLimit)
	if errors.Is(err, errLate) {
		// Lambda starts the program once more, within the invocation's time
		// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
		result.Init = initLimit
		h.drop(nil)
		err = h.start(ctx, inv, h.config.Timeout)
	}
	switch {
	case errors.Is(err, errExited):
		result.Failure = &Failure{Type: awslimits.RuntimeExit, Message: "the program ended before it asked for an invocation: " + h.worker.exitStatus()}
		return result, h.drop(nil)
	case errors.Is(err, errLate):
		result.Duration, result.Failure = h.config.Timeout, h.timedOut()
		return result, h.drop(nil)
	case err != nil:
		return Result{}, h.drop(err)
	}
	result.Init += h.worker.initTime()
	return h.await(ctx, inv, result)
}

// start starts a process and hands the invocation to it.
func (h *Host) start(ctx context.Context, inv *invocation, limit time.Duration) error {
	w, err := startWorker(h.config)
	if err != nil {
		return err
	}
	h.worker = w
	return w.hand(ctx, inv, limit)
}

// timedOut uses Lambda's words.
func (h *Host) timedOut() *Failure {
	return &Failure{Type: awslimits.SandboxTimedout, Message: fmt.Sprintf("Task timed out after %.2f seconds", h.config.Timeout.Seconds())}
}

// await waits for the answer to an invocation that the program has received.
func (h *Host) await(ctx context.Context, inv *invocation, result Result) (Result, error) {
	began := time.Now()
	timer := time.NewTimer(h.config.Timeout)
	defer timer.Stop()
	var check <-chan time.Time
	if h.config.LimitMemory {
		ticker := time.NewTicker(memoryCheck)
		defer ticker.Stop()
		check = ticker.C
	}
	w := h.worker
	var err error
	for done := false; !done; {
		done = true
		select {
		case a := <-inv.answered:
			a.into(&result)
		case <-w.exited:
			select {
			case a := <-inv.answered: // it answered just before it ended
				a.into(&result)
			default:
				result.Failure = &Failure{Type: awslimits.RuntimeExit, Message: "the program ended without answering: " + w.exitStatus()}
			}
			err = h.drop(nil)
		case <-timer.C:
			select {
			case a := <-inv.answered: // just in time
				a.into(&result)
			default:
				result.Failure = h.timedOut()
				err = h.drop(nil)
			}
		case <-ctx.Done():
			err = h.drop(fmt.Errorf("invoking %s: %w", h.config.Name, ctx.Err()))
		case <-check:
			// The process may end before its memory is measured again.
			result.Memory = w.memory.Bytes()
			done = h.exceeds(result.Memory)
		}
	}
	result.Duration = time.Since(began)
	if h.worker != nil {
		result.Memory = max(result.Memory, w.memory.Bytes())
	}
	if h.config.LimitMemory && h.exceeds(result.Memory) {
		result.Payload, result.Failure = nil, outOfMemory(result.Memory, h.config.Memory)
		err = h.drop(nil)
	}
	return result, err
}

func (h *Host) exceeds(memory int64) bool { return memory > int64(h.config.Memory)<<20 }

// drop ends the process; the next invocation starts another.
func (h *Host) drop(err error) error {
	if h.worker != nil {
		h.worker.kill()
		h.worker = nil
	}
	return err
}

// Close kills the process and waits until it has ended.
func (h *Host) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return h.drop(nil)
}
