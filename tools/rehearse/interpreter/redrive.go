package interpreter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// Redrive continues an execution that failed, timed out or was aborted, at the
// state where it ended and with the same input
// (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
// Its events follow those that Env.Past returns. Of a map run, only the children
// that didn't succeed run. Its items are read again, and must be the same as
// before: the service keeps them. Env.Input is not used.
func (m *Machine) Redrive(ctx context.Context, env Env) ([]byte, error) {
	if env.Past == nil {
		return nil, errors.New("redriving: no past to continue from")
	}
	x, err := m.top(&env, []byte("null"))
	if err != nil {
		return nil, err
	}
	events, err := env.Past(x.arn)
	if err != nil {
		return nil, fmt.Errorf("reading the history of %s: %w", x.arn, err)
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("redriving: there is no execution %s", env.Name)
	}
	return x.redrive(ctx, events).reply()
}

// resumption is where an execution continues.
type resumption struct {
	entered int64 // the event with which it entered the state
	at      time.Time

	mapRun, label, id string // of a Distributed Map's last map run, if it had one
	runRedrives       int

	branches []position // of a Parallel; nil to run all of them
}

// again runs a child in the redrive of its map run.
func (x *execution) again(ctx context.Context, past func(string) ([]Event, error)) outcome {
	events, err := past(x.arn)
	if err != nil {
		return outcome{status: Aborted, err: fmt.Errorf("reading the history of %s: %w", x.arn, err)}
	}
	if len(events) == 0 {
		return x.execute(ctx)
	}
	first, last := events[0], events[len(events)-1]
	if last.Type == "ExecutionSucceeded" {
		output, err := jsonvalue.Parse(last.Details.Output)
		if err != nil {
			return outcome{status: Aborted, err: fmt.Errorf("reading the output of %s: %w", x.arn, err)}
		}
		o := outcome{status: Succeeded, output: doc{output, last.Details.Output}, start: first.Time, stop: last.Time}
		for _, e := range events {
			if e.Type == "ExecutionRedriven" {
				o.redrives++
			}
		}
		return o
	}
	if x.express { // the service starts these afresh
		return x.execute(ctx)
	}
	if last.ID >= awslimits.HistoryEvents-1 { // the service doesn't redrive these
		o := outcome{status: Failed, failure: &Failure{Name: last.Details.Error, Cause: last.Details.Cause}, start: first.Time, stop: last.Time, final: true}
		if last.Type == "ExecutionTimedOut" {
			o.status, o.failure = TimedOut, &Failure{Name: awslimits.Timeout, Expired: x.limit}
		}
		return o
	}
	if err := x.run.env.allow("states:RedriveExecution", x.arn); err != nil {
		return outcome{status: Failed, failure: err.(*Failure), start: first.Time, stop: last.Time}
	}
	return x.redrive(ctx, events)
}

// redrive continues after the events.
func (x *execution) redrive(ctx context.Context, events []Event) outcome {
	first, last := events[0], events[len(events)-1]
	fail := func(format string, args ...any) outcome {
		return outcome{status: Aborted, err: fmt.Errorf("redriving "+x.arn+": "+format, args...), start: first.Time, stop: last.Time}
	}
	if last.Type == "ExecutionSucceeded" {
		return fail("execution is SUCCEEDED and cannot be redriven")
	}
	if last.ID >= awslimits.HistoryEvents-1 {
		return fail("its history has %d events, and an execution has at most %d", last.ID, awslimits.HistoryEvents)
	}
	input, err := jsonvalue.Parse(first.Details.Input)
	if err != nil {
		return fail("reading its input: %w", err)
	}
	x.input, x.start = doc{input, first.Details.Input}, first.Time
	x.log.last = last.ID
	x.redrives, x.redriven = 1, time.Now()
	for _, e := range events {
		if e.Type == "ExecutionRedriven" {
			x.redrives++
		}
	}
	p, err := x.position(events)
	if err != nil {
		return fail("%w", err)
	}
	b := &branch{exec: x, prev: last.ID}
	if err := b.record("ExecutionRedriven", Details{Redrives: x.redrives}); err != nil {
		return fail("%w", err)
	}
	return x.drive(ctx, b, p.node, p.in, p.resumed)
}

// splitMapRun returns the label and the id in a map run's ARN, as in
// arn:aws:states:eu-west-1:123456789012:mapRun:birds/flap-bird:4977ded7-….
func splitMapRun(arn string) (label, id string) {
	rest := arn[strings.IndexByte(arn, '/')+1:]
	label, id, _ = strings.Cut(rest, ":")
	return label, id
}
