package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/nearest"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/lokki/graph"
)

// Faults are what goes wrong on purpose. Which invocations they meet follows
// from Seed and from what is invoked, not from the order in which it happens.
type Faults struct {
	Fail     []Call        // calls that fail with an error of their own
	FailRate float64       // share of invocations that fail with an error that may pass, 0 to 1
	Throttle float64       // share of invocations that Lambda refuses as too many
	Kill     float64       // share of invocations under which the machine dies, when the step may have run
	Slow     time.Duration // longest time by which an answer is late
	S3Errors float64       // share of requests to S3 that go wrong
	Seed     uint64
}

// Call is one call of a step, or all of them.
type Call struct {
	Step  string
	Index []int // of the item in each map around the step, outermost first; empty is every call
	Times int   // tries that fail; 0 is all
}

// String is the call as ParseCall reads it.
func (c Call) String() string {
	text := c.Step
	for i, n := range c.Index {
		text += string("@/"[min(i, 1)]) + strconv.Itoa(n)
	}
	if c.Times > 0 {
		text += ":" + strconv.Itoa(c.Times)
	}
	return text
}

// ParseCall reads "flap-bird", "flap-bird@3", "count-word@2/17" and, for the
// first two tries only, "flap-bird@3:2".
func ParseCall(text string) (Call, error) {
	wrong := func(what string) error {
		return fmt.Errorf("%q: %s\nhint: write STEP, STEP@INDEX or STEP@INDEX:TIMES, as in flap-bird@3 or count-word@2/17:1", text, what)
	}
	rest, times, limited := strings.Cut(text, ":")
	name, index, indexed := strings.Cut(rest, "@")
	c := Call{Step: name}
	if name == "" {
		return c, wrong("no step")
	}
	if limited {
		n, err := strconv.Atoi(times)
		if err != nil || n < 1 {
			return c, wrong(fmt.Sprintf("%q is not a number of tries", times))
		}
		c.Times = n
	}
	if indexed {
		for part := range strings.SplitSeq(strings.TrimSuffix(index, "/"), "/") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 0 {
				return c, wrong(fmt.Sprintf("%q is not the index of an item", part))
			}
			c.Index = append(c.Index, n)
		}
	}
	return c, nil
}

// check reports calls that a flow can't make.
func (f Faults) check(g graph.Graph) error {
	var problems []error
	for _, c := range f.Fail {
		problems = append(problems, c.check(g))
	}
	return errors.Join(problems...)
}

func (c Call) check(g graph.Graph) error {
	var names []string
	for _, n := range g.Nodes {
		if n.Name != c.Step {
			names = append(names, n.Name)
			continue
		}
		if len(c.Index) > 0 && len(c.Index) != len(n.Scope) {
			return fmt.Errorf("%q: %s is in %s, and the index is of %d", c, c.Step, progress.Plural(int64(len(n.Scope)), "map"), len(c.Index))
		}
		return nil
	}
	hint := "the steps are " + strings.Join(names, ", ")
	if near := nearest.Name(c.Step, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("%q: %s has no step of this name\nhint: %s", c, g.Flow, hint)
}

func (f Faults) validate() error {
	var problems []error
	for _, share := range []struct {
		name  string
		value float64
	}{{"fail rate", f.FailRate}, {"throttle", f.Throttle}, {"kill", f.Kill}, {"S3 errors", f.S3Errors}} {
		if !(share.value >= 0 && share.value <= 1) {
			problems = append(problems, fmt.Errorf("%s %v: want a share from 0 to 1", share.name, share.value))
		}
	}
	if f.Slow < 0 {
		problems = append(problems, fmt.Errorf("slow %s: want 0 or more", f.Slow))
	}
	return errors.Join(problems...)
}

// invoke is how a function is invoked.
type invoke func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error)

// around puts the faults between the state machine and the functions.
// Met is told the number in Fail of each call that fails.
func (f Faults) around(next invoke, met func(fail int)) invoke {
	return func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error) {
		var r envelope.Request
		_ = json.Unmarshal(payload, &r) // what is wrong with it is the function's to say
		if i := f.fails(r); i >= 0 {
			met(i)
			return failed(failure.Plain, "failed on purpose"), nil
		}
		switch {
		case f.meets(r, "fail", f.FailRate):
			return failed(failure.Transient, "failed on purpose, for once"), nil
		case f.meets(r, "throttle", f.Throttle):
			return failed("Lambda.TooManyRequestsException", "throttled on purpose"), nil
		}
		if f.Slow > 0 {
			select {
			case <-time.After(time.Duration(f.chance(r, "slow") * float64(f.Slow))):
			case <-ctx.Done():
				return lambdahost.Result{}, ctx.Err()
			}
		}
		if f.meets(r, "kill", f.Kill) {
			return f.kill(ctx, next, r, arn, payload)
		}
		return next(ctx, arn, payload)
	}
}

// killWithin is the time in which an invocation is killed: a quick step has
// stored its result by then, and its next try finds it.
const killWithin = 20 * time.Millisecond

// kill lets the invocation begin and takes its environment away.
func (f Faults) kill(ctx context.Context, next invoke, r envelope.Request, arn string, payload []byte) (lambdahost.Result, error) {
	short, cancel := context.WithTimeout(ctx, time.Duration(f.chance(r, "when")*float64(killWithin)))
	defer cancel()
	_, err := next(short, arn, payload)
	if err != nil && ctx.Err() != nil {
		return lambdahost.Result{}, err
	}
	return failed("Lambda.ServiceException", "the machine died on purpose"), nil
}

// inS3 lets requests go wrong that the gates have let through.
func (f Faults) inS3() func(gate s3server.Interceptor) s3server.Interceptor {
	if f.S3Errors == 0 {
		return func(gate s3server.Interceptor) s3server.Interceptor { return gate }
	}
	faults := s3server.NewFaults(int(math.Round(1/f.S3Errors)),
		s3server.Internal, s3server.SlowDown, s3server.Reset, s3server.Lost, s3server.Truncated)
	return func(gate s3server.Interceptor) s3server.Interceptor {
		return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			gate(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { faults.Intercept(w, r, pass) }))
		}
	}
}

func failed(kind, message string) lambdahost.Result {
	return lambdahost.Result{Failure: &lambdahost.Failure{Type: kind, Message: message}}
}

// fails returns which of Fail the request is one of, -1 for none.
func (f Faults) fails(r envelope.Request) int {
	return slices.IndexFunc(f.Fail, func(c Call) bool {
		return c.Step == r.Step && (c.Times == 0 || r.Attempt < c.Times) && c.within(r)
	})
}

// within reports whether the call is among those that the request makes.
func (c Call) within(r envelope.Request) bool {
	if len(c.Index) == 0 {
		return true
	}
	outer, first, ok := envelope.Parent(r.Path)
	if !ok {
		return false
	}
	last := c.Index[len(c.Index)-1]
	var path string
	for _, i := range c.Index[:len(c.Index)-1] {
		path = envelope.Child(path, i)
	}
	count := 1
	if r.Batch != nil {
		count = r.Batch.Count
	}
	return path == outer && first <= last && last < first+count
}

func (f Faults) meets(r envelope.Request, fault string, share float64) bool {
	return share > 0 && f.chance(r, fault) < share
}

// chance is a number from 0 to 1, other for each fault, call and try.
func (f Faults) chance(r envelope.Request, fault string) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %s %d", f.Seed, fault, r.Step, r.Path, r.Attempt)
	x := h.Sum64() // of its bits the last ones vary the most
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
