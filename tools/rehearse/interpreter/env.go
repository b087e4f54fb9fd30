package interpreter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// Env is one execution's name and input, and what the machine runs with.
type Env struct {
	Name    string // the execution's name, which children don't share
	Input   []byte // JSON
	Machine string // the state machine's ARN
	Role    string // the ARN of the state machine's role

	Lambda  Lambda
	Objects Objects // for ItemReader and ResultWriter; may be nil without them

	// History receives the events of this execution and its children. If nil,
	// events are discarded.
	History History

	// Past returns the events that an execution had before a redrive, or none
	// if it never started. Only Redrive needs it.
	Past func(execution string) ([]Event, error)

	// Allow is asked before the machine's role calls states:StartExecution,
	// states:DescribeExecution, states:StopExecution or states:RedriveExecution for
	// a map run. An error fails the Map with States.Permissions. If nil, everything
	// is allowed.
	Allow func(action, resource string) error

	// Sleep waits before another attempt and in Wait states. If nil, it waits
	// in real time.
	Sleep func(ctx context.Context, d time.Duration) error

	// MapRuns is called with a map run's counts when they change. Calls for one
	// map run don't overlap. It may be nil.
	MapRuns func(MapRun)

	// Tried is called with the outcome of each attempt of a task, as soon as it is
	// known. It may be called concurrently, and may be nil.
	Tried func(Try)

	// Acquire waits until a task may invoke its function. The wait doesn't count as
	// the task's time: the service would start it at once. If nil, all start at
	// once.
	Acquire func(ctx context.Context) (release func(), err error)

	// Children limits how many children of one map run are active at once,
	// besides the map's MaxConcurrency. 0 is 10,000, as on AWS.
	Children int
}

// Lambda invokes functions, by ARN or by name. It returns a *Failure for an
// error that the service would report to the state machine; any other error
// ends the execution. Invoke must return soon after ctx has ended.
type Lambda interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Objects reads and writes objects in S3. Any error fails the map run.
type Objects interface {
	Get(ctx context.Context, bucket, key string) (io.ReadCloser, error)
	Put(ctx context.Context, bucket, key string, body io.ReadSeeker) error
}

// History receives events: those of one execution in order, those of different
// executions concurrently.
type History interface {
	Record(execution string, e Event) error
}

// Failure is an error as Step Functions reports it: a name, which ErrorEquals
// matches, and a text. Execute returns one if the execution failed.
type Failure struct {
	Name, Cause string

	State   string   // where it happened; empty outside of states
	Payload []byte   // input of the function that failed; nil if none did
	Map     *MapRun  // the map run that failed, as it was then; nil if none did
	Child   *Failure // of the child that exceeded that map run's tolerance

	Expired time.Duration // the execution's time limit, if it was exceeded; otherwise 0

	terminal bool // States.ALL doesn't match it
}

func (f *Failure) Error() string {
	if f.Cause == "" {
		return f.Name
	}
	return f.Name + ": " + f.Cause
}

// Try is one attempt of a task that has ended.
type Try struct {
	Payload []byte // the function's input
	Reply   []byte // its response, if it returned one
	Err     error  // nil if the task is done, a *Failure if it failed; any other has ended the execution in the meantime
	Again   bool   // it failed and will be tried again, unless another Try says that the execution ended first
}

var (
	machineARN = regexp.MustCompile(`^(arn:aws[a-z-]*:states:([a-z0-9-]+):[0-9]{12}:)stateMachine:([A-Za-z0-9_-]{1,80})$`)
	badInName  = "<>{}[]?*\"#%\\^|~`$&,;:/"
)

// check completes the environment.
func (e *Env) check() error {
	n := utf8.RuneCountInString(e.Name)
	switch {
	case n == 0 || n > awslimits.NameLength:
		return fmt.Errorf("the execution's name %q has %d characters: 1 to %d are allowed", e.Name, n, awslimits.NameLength)
	case strings.ContainsAny(e.Name, badInName) || strings.ContainsFunc(e.Name, func(c rune) bool { return c <= ' ' || c >= 0x7f && c <= 0x9f }):
		return fmt.Errorf("the execution's name %q has a blank, a control character or one of %s", e.Name, badInName)
	case !machineARN.MatchString(e.Machine):
		return fmt.Errorf("%q is not the ARN of a state machine", e.Machine)
	case e.Lambda == nil:
		return errors.New("no Lambda to run with")
	case len(e.Input) > awslimits.StateBytes:
		return fmt.Errorf("the input has %d bytes: at most %d are allowed", len(e.Input), awslimits.StateBytes)
	case e.Children < 0:
		return fmt.Errorf("%d children at once: want 0 or more", e.Children)
	}
	if e.Children == 0 {
		e.Children = awslimits.Children
	}
	return nil
}

func (e *Env) slot(ctx context.Context) (release func(), err error) {
	if e.Acquire == nil {
		return func() {}, nil
	}
	return e.Acquire(ctx)
}

func (e *Env) sleep(ctx context.Context, d time.Duration) error {
	if e.Sleep != nil {
		err := e.Sleep(ctx, d)
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx) // the cause says which limit it was
		}
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (e *Env) allow(action, resource string) error {
	if e.Allow == nil {
		return nil
	}
	if err := e.Allow(action, resource); err != nil {
		return &Failure{Name: awslimits.Permissions, Cause: err.Error()}
	}
	return nil
}

// random is in [0, 1), for jitter.
var random = rand.Float64
