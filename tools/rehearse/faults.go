package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/s3server"
)

// Faults are deliberate failures. Which invocations they hit depends on Seed
// and on what is invoked, not on the order of events.
type Faults struct {
	Fail     []Call        // calls that fail with an error that they name
	FailRate float64       // share of invocations that fail with a transient error, 0 to 1
	Throttle float64       // share of invocations that Lambda throttles
	Lambdas  int           // concurrency limit of the account, above which Lambda throttles invocations; 0 is no limit
	Kill     float64       // share of invocations whose machine dies, when the step may have run
	Slow     time.Duration // longest delay of a response
	S3Errors float64       // share of S3 requests that fail, including the state machine's
	Seed     uint64
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
	if f.Lambdas < 0 {
		problems = append(problems, fmt.Errorf("lambdas %d: want 1 or more", f.Lambdas))
	}
	if f.Slow < 0 {
		problems = append(problems, fmt.Errorf("slow %s: want 0 or more", f.Slow))
	}
	return errors.Join(problems...)
}

// invoke invokes a function.
type invoke func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error)

// around puts the faults between the state machine and the functions. items returns
// how many items a request is for, and met is called with the flag of each fault
// that occurs.
func (f Faults) around(next invoke, items func(envelope.Request) int, met func(flag string)) invoke {
	return func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error) {
		var r envelope.Request
		_ = json.Unmarshal(payload, &r) // the function reports what is wrong with it
		n := items(r)
		if i := f.fails(r, n, func(c Call) { met(c.flag()) }); i >= 0 {
			return f.Fail[i].failure(n), nil
		}
		switch {
		case f.meets(r, "fail", f.FailRate):
			met(shareFlag("fail-rate", f.FailRate))
			return failed(failure.Transient, "failed on purpose, for once"), nil
		case f.meets(r, "throttle", f.Throttle):
			met(shareFlag("throttle", f.Throttle))
			return failed(tooMany, "throttled on purpose"), nil
		}
		if f.Slow > 0 {
			select {
			case <-time.After(time.Duration(f.chance(r, "slow") * float64(f.Slow))):
			case <-ctx.Done():
				return lambdahost.Result{}, ctx.Err()
			}
		}
		if f.meets(r, "kill", f.Kill) {
			met(shareFlag("kill", f.Kill))
			return f.kill(ctx, next, r, arn, payload)
		}
		return next(ctx, arn, payload)
	}
}

// crowded rejects invocations while as many are under way as the account
// allows.
func (f Faults) crowded(next invoke, met func(flag string)) invoke {
	if f.Lambdas == 0 {
		return next
	}
	places := make(chan struct{}, f.Lambdas)
	return func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			return next(ctx, arn, payload)
		default:
			met(lambdasFlag(f.Lambdas))
			return failed(tooMany, fmt.Sprintf("all %d Lambdas of the account are busy", f.Lambdas)), nil
		}
	}
}

func lambdasFlag(n int) string { return fmt.Sprintf("--lambdas %d", n) }

// tooMany is the error of an invocation that Lambda throttles.
const tooMany = awslimits.TooManyRequests

// killWithin is the time within which an invocation is killed: a quick step has
// stored its result by then, and the next attempt finds it.
const killWithin = 20 * time.Millisecond

// kill lets the invocation start and then kills its environment.
func (f Faults) kill(ctx context.Context, next invoke, r envelope.Request, arn string, payload []byte) (lambdahost.Result, error) {
	short, cancel := context.WithTimeout(ctx, time.Duration(f.chance(r, "when")*float64(killWithin)))
	defer cancel()
	_, err := next(short, arn, payload)
	if err != nil && ctx.Err() != nil {
		return lambdahost.Result{}, err
	}
	return failed(awslimits.ServiceException, "the machine died on purpose"), nil
}

// shareFlag formats a fault as on the command line.
func shareFlag(name string, share float64) string { return fmt.Sprintf("--%s %v", name, share) }

// unmet describes the faults that never occurred.
func (f Faults) unmet(met map[string]bool) []string {
	var all []string
	note := func(flag, what string) {
		if !met[flag] {
			all = append(all, flag+" met no "+what)
		}
	}
	for _, c := range f.Fail {
		note(c.flag(), "call")
	}
	if f.Lambdas > 0 {
		note(lambdasFlag(f.Lambdas), "invocation")
	}
	for _, share := range []struct {
		name  string
		value float64
		what  string
	}{{"fail-rate", f.FailRate, "invocation"}, {"throttle", f.Throttle, "invocation"}, {"kill", f.Kill, "invocation"}, {"s3-errors", f.S3Errors, "request"}} {
		if share.value > 0 {
			note(shareFlag(share.name, share.value), share.what)
		}
	}
	return all
}

// inS3 makes requests fail that the gates have allowed. met is called with the
// flag.
func (f Faults) inS3(met func(flag string)) func(gate s3server.Interceptor) s3server.Interceptor {
	if f.S3Errors == 0 {
		return func(gate s3server.Interceptor) s3server.Interceptor { return gate }
	}
	faults := s3server.NewFaults(int(math.Round(1/f.S3Errors)),
		s3server.Internal, s3server.SlowDown, s3server.Reset, s3server.Lost, s3server.Truncated)
	return func(gate s3server.Interceptor) s3server.Interceptor {
		return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			gate(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				faults.Intercept(w, r, pass)
				if faults.Any() {
					met(shareFlag("s3-errors", f.S3Errors))
				}
			}))
		}
	}
}

// ofMachine makes requests of the state machine itself fail, which reads the items of
// maps and writes their results. Only the map's own retries repeat them.
func (f Faults) ofMachine(met func(flag string)) func(request string) error {
	var mu sync.Mutex
	tries := map[string]int{}
	return func(request string) error {
		mu.Lock()
		r := envelope.Request{Step: request, Attempt: tries[request]}
		tries[request]++
		mu.Unlock()
		if !f.meets(r, "machine", f.S3Errors) {
			return nil
		}
		met(shareFlag("s3-errors", f.S3Errors))
		return errors.New("S3 failed on purpose")
	}
}

func failed(kind, message string) lambdahost.Result {
	return lambdahost.Result{Failure: &lambdahost.Failure{Type: kind, Message: message}}
}

// fails returns the index of the first of Fail that hits a request, or -1. met
// is called for all that do.
func (f Faults) fails(r envelope.Request, items int, met func(Call)) int {
	first := -1
	for i, c := range f.Fail {
		if c.Step == r.Step && (c.Times == 0 || r.Attempt < c.Times) && c.within(r, items) {
			met(c)
			if first < 0 {
				first = i
			}
		}
	}
	return first
}

func (f Faults) meets(r envelope.Request, fault string, share float64) bool {
	return share > 0 && f.chance(r, fault) < share
}

// chance is a number from 0 to 1, different for each fault, call and attempt.
func (f Faults) chance(r envelope.Request, fault string) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %s %s %d", f.Seed, fault, r.Step, r.Path, r.Attempt)
	x := h.Sum64() // its last bits vary the most
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
