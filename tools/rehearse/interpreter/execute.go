package interpreter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// Execute runs one execution and returns its output. The error is a *Failure if
// the execution failed or timed out; any other error says why it couldn't run,
// or that ctx ended.
func (m *Machine) Execute(ctx context.Context, env Env) ([]byte, error) {
	x, err := m.top(&env, env.Input)
	if err != nil {
		return nil, err
	}
	return x.execute(ctx).reply()
}

// top returns the execution that the caller starts.
func (m *Machine) top(env *Env, input []byte) (*execution, error) {
	if err := env.check(); err != nil {
		return nil, err
	}
	value, err := jsonvalue.Parse(input)
	if err != nil {
		return nil, fmt.Errorf("reading the execution's input: %w", err)
	}
	parts := machineARN.FindStringSubmatch(env.Machine)
	r := &run{env: env, account: parts[1], region: parts[2], machine: parts[3], open: make(chan struct{}, awslimits.MapRuns)}
	x := r.execution(m.scope, parts[3], env.Name, doc{value, input})
	x.limit = m.timeout
	return x, nil
}

// run is what an execution shares with its children.
type run struct {
	env     *Env
	account string // the ARNs' prefix, as in "arn:aws:states:eu-west-1:123456789012:"
	region  string
	machine string
	open    chan struct{} // one element for each open map run
}

// execution is anything that has a history: the caller's execution, or a child
// of a map.
type execution struct {
	run       *run
	scope     *scope
	machine   string // as in "birds", or "birds/flap-bird" for a child
	name, arn string
	input     doc
	express   bool
	limit     time.Duration // 0 is no limit
	start     time.Time
	redrives  int
	redriven  time.Time // when the last redrive started
	log       eventLog

	expired *stopped                // ends its context when limit is over; nil without a limit
	late    atomic.Pointer[Failure] // the state that it was in then
}

func (r *run) execution(s *scope, machine, name string, input doc) *execution {
	x := &execution{run: r, scope: s, machine: machine, name: name, input: input}
	x.arn = r.account + "execution:" + machine + ":" + name
	return x
}

// Statuses of executions and map runs.
const (
	Running   = "RUNNING"
	Succeeded = "SUCCEEDED"
	Failed    = "FAILED"
	TimedOut  = "TIMED_OUT"
	Aborted   = "ABORTED"
)

// outcome is how an execution ended.
type outcome struct {
	status      string
	output      doc
	failure     *Failure // unless it succeeded or was aborted
	err         error    // why it was aborted
	start, stop time.Time
	redrives    int
	final       bool // it can't be redriven
}

func (o outcome) reply() ([]byte, error) {
	switch {
	case o.err != nil:
		return nil, o.err
	case o.failure != nil:
		return nil, o.failure
	}
	return o.output.text, nil
}

// stopped is why a context ended. Each use has its own value, which tells whose
// limit it was.
type stopped struct{ what string }

func (s *stopped) Error() string { return s.what }

// execute runs the states from the first.
func (x *execution) execute(ctx context.Context) outcome {
	x.start = time.Now()
	if err := x.log.record(x, "ExecutionStarted", 0, Details{Input: x.input.text, Role: x.run.env.Role}, false); err != nil {
		return outcome{status: Aborted, err: err, start: x.start, stop: x.start}
	}
	return x.drive(ctx, &branch{exec: x}, x.scope.start, x.input, nil)
}

// drive runs the states from n on, and ends the execution.
func (x *execution) drive(ctx context.Context, b *branch, n *node, in doc, r *resumption) outcome {
	inner := ctx
	if x.limit > 0 {
		x.expired = &stopped{"the execution timed out"}
		var cancel context.CancelFunc
		inner, cancel = context.WithTimeoutCause(ctx, x.limit, x.expired)
		defer cancel()
	}
	o := outcome{start: x.start, redrives: x.redrives}
	out, err := b.walk(inner, x.scope, n, in, r)
	o.output = out
	event, details := "ExecutionSucceeded", Details{Output: out.text}
	var f *Failure
	switch {
	case err == nil:
		o.status = Succeeded
	case x.expired != nil && errors.Is(err, x.expired) && ctx.Err() == nil:
		o.status, o.failure = TimedOut, &Failure{Name: awslimits.Timeout, Expired: x.limit}
		if f := x.late.Load(); f != nil {
			o.failure = f
		}
		event, details = "ExecutionTimedOut", Details{}
	case errors.As(err, &f):
		o.status, o.failure = Failed, f
		event, details = "ExecutionFailed", Details{Error: f.Name, Cause: f.Cause}
	default:
		o.status, o.err = Aborted, err
		event, details = "ExecutionAborted", Details{}
		if ctx.Err() == nil {
			details.Cause = err.Error()
		}
	}
	if err := x.log.record(x, event, b.prev, details, true); err != nil && o.err == nil {
		o.status, o.err = Aborted, err
	}
	o.stop = time.Now()
	return o
}

// eventLog numbers the events of one execution.
type eventLog struct {
	mu   sync.Mutex
	last int64
}

// errHistory ends a Standard execution; its last event is still recorded.
var errHistory = &Failure{Name: awslimits.Runtime, Cause: fmt.Sprintf("The execution reached the maximum number of history events (%d).", awslimits.HistoryEvents)}

func (l *eventLog) record(x *execution, kind string, previous int64, d Details, final bool) error {
	_, err := l.next(x, kind, previous, d, final)
	return err
}

func (l *eventLog) next(x *execution, kind string, previous int64, d Details, final bool) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last >= awslimits.HistoryEvents-1 && !final && !x.express {
		return 0, errHistory
	}
	l.last++
	if h := x.run.env.History; h != nil {
		if err := h.Record(x.arn, Event{Time: time.Now(), Type: kind, ID: l.last, Previous: previous, Details: d}); err != nil {
			return 0, fmt.Errorf("recording an event of %s: %w", x.arn, err)
		}
	}
	return l.last, nil
}
