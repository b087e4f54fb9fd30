package interpreter

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// retrier is one rule of a state's Retry.
type retrier struct {
	errors   []string
	interval float64 // seconds
	attempts int
	rate     float64
	most     float64 // seconds; 0 is no limit
	jitter   bool
}

// delay is how long to wait before an attempt, counted from 1. With full jitter
// it is a random part of that.
func (r *retrier) delay(attempt int, random func() float64) time.Duration {
	s := r.interval * math.Pow(r.rate, float64(attempt-1))
	if r.most > 0 {
		s = min(s, r.most)
	}
	if r.jitter {
		s *= random()
	}
	return time.Duration(min(s, awslimits.TimerSeconds) * float64(time.Second))
}

// catcher is one rule of a state's Catch.
type catcher struct {
	errors     []string
	resultPath *jsonpath.Path
	next       string
}

// matches reports whether an error is one of names. Step Functions lets no rule match
// an error in processing a state, nor States.ALL an exceeded quota
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
func (f *Failure) matches(names []string) bool {
	if f.Name == awslimits.Runtime {
		return false
	}
	for _, name := range names {
		switch {
		case name == f.Name, name == awslimits.Timeout && f.Name == awslimits.Heartbeat:
			return true
		case f.terminal:
		case name == awslimits.AnyError, name == awslimits.TaskFailed && f.Name != awslimits.Timeout:
			return true
		}
	}
	return false
}

// handlers reads Retry and Catch.
func (r *stateReader) handlers() {
	retries := r.o.objects("Retry")
	for i, o := range retries {
		r.n.retries = append(r.n.retries, retrier{
			errors:   readErrors(o, i == len(retries)-1),
			interval: float64(o.integer("IntervalSeconds", 1, 1, awslimits.TimerSeconds)),
			attempts: o.integer("MaxAttempts", 3, 0, awslimits.TimerSeconds),
			rate:     o.float("BackoffRate", 2, 1, math.MaxFloat64),
			most:     float64(o.integer("MaxDelaySeconds", 0, 1, awslimits.DelaySeconds)),
			jitter:   readJitter(o),
		})
		o.str("Comment")
		o.done()
	}
	catches := r.o.objects("Catch")
	for i, o := range catches {
		c := catcher{errors: readErrors(o, i == len(catches)-1), resultPath: readResultPath(o)}
		o.require("Next")
		var ok bool
		if c.next, ok = o.str("Next"); ok {
			r.graph.to(r.n.name, o.path("Next"), c.next)
		}
		r.n.catchers = append(r.n.catchers, c)
		o.str("Comment")
		o.refuse(noJSONata, "Output")
		o.refuse(noVariables, "Assign")
		o.done()
	}
}

func readJitter(o *object) bool {
	strategy, ok := o.str("JitterStrategy")
	if ok && strategy != "FULL" && strategy != "NONE" {
		o.p.add(o.path("JitterStrategy"), "want FULL or NONE, not %q", strategy)
	}
	return strategy == "FULL"
}

// The names in a rule that may begin with "States.".
var reserved = []string{
	awslimits.AnyError, awslimits.DataLimit, awslimits.Threshold, awslimits.Heartbeat, "States.Http.Socket", awslimits.ItemReader, awslimits.Permissions, awslimits.ResultWriter, awslimits.Runtime, awslimits.TaskFailed,
	awslimits.Timeout, "States.BranchFailed", "States.NoChoiceMatched", awslimits.Intrinsic, "States.ParameterPathFailure", "States.QueryEvaluationError", awslimits.ResultPathMatch,
}

func readErrors(o *object, last bool) []string {
	o.require("ErrorEquals")
	member, ok := o.get("ErrorEquals")
	if !ok {
		return nil
	}
	at := o.path("ErrorEquals")
	array, ok := member.([]any)
	if !ok || len(array) == 0 {
		o.p.add(at, "want an array of error names")
		return nil
	}
	var names []string
	for _, element := range array {
		name, ok := element.(string)
		if !ok {
			o.p.add(at, "want an array of strings, not of %s", jsonvalue.Kind(element))
			continue
		}
		if strings.HasPrefix(name, "States.") && !slices.Contains(reserved, name) {
			o.p.add(at, "there is no error %s: names that begin with \"States.\" are reserved", name)
		}
		names = append(names, name)
	}
	if slices.Contains(names, awslimits.AnyError) {
		if len(names) > 1 {
			o.p.add(at, "States.ALL must be the only name")
		}
		if !last {
			o.p.add(at, "States.ALL must be in the last rule: those after it never match")
		}
	}
	return names
}
