package interpreter

import (
	"context"
	"errors"
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// resultTarget is where a ResultWriter writes.
type resultTarget struct{ bucket, folder string }

// results holds the outcomes of a map run's children.
type results struct {
	run     *mapRun
	written bool // there is a ResultWriter
	limit   int64
	files   map[string][]*spool // by status
	values  []any
	size    int // bytes of the outputs; outputs beyond a state's limit are dropped
}

// The statuses, in the manifest's order.
var resultKinds = []string{Failed, "PENDING", Succeeded}

func newResults(r *mapRun, limit int64) *results {
	return &results{run: r, written: r.state.writer != nil, limit: limit, files: map[string][]*spool{}}
}

// add records a child's outcome.
func (r *results) add(x *execution, c child, o outcome) error {
	if !r.written {
		r.keep(c, o)
		return nil
	}
	kind := o.status
	if kind == TimedOut || kind == Aborted {
		kind = Failed
	}
	text := jsonvalue.Append(nil, r.describe(x, o))
	list := r.files[kind]
	if len(list) == 0 || list[len(list)-1].size+int64(len(text))+2 > r.limit {
		list = append(list, &spool{})
		r.files[kind] = list
	}
	s := list[len(list)-1]
	before := byte(',')
	if s.size == 0 {
		before = '['
	}
	_, err := s.Write(append([]byte{before}, text...))
	return err
}

// keep adds an output to the state's result.
func (r *results) keep(c child, o outcome) {
	if o.status != Succeeded {
		return
	}
	r.size += len(o.output.text) + 1
	if r.size > awslimits.StateBytes {
		r.values = nil
		return
	}
	for len(r.values) <= c.number {
		r.values = append(r.values, absent{})
	}
	r.values[c.number] = o.output.value
}

// absent is in the place of the output of a child that has none.
type absent struct{}

// describe returns a child's entry in a result file
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html).
func (r *results) describe(x *execution, o outcome) map[string]any {
	included := map[string]any{"Included": true}
	m := map[string]any{
		"ExecutionArn": x.arn, "Input": string(x.input.text), "InputDetails": included, "Name": x.name,
		"StateMachineArn": x.run.account + "stateMachine:" + x.machine, "Status": o.status,
	}
	if o.status == "PENDING" {
		return m
	}
	m["StartDate"], m["StopDate"] = stamp(o.start), stamp(o.stop)
	m["RedriveCount"], m["OutputDetails"] = jsonvalue.Number(o.redrives), included
	if o.status == Succeeded {
		m["Output"] = string(o.output.text)
		m["RedriveStatus"], m["RedriveStatusReason"] = "NOT_REDRIVABLE", "Execution is SUCCEEDED and cannot be redriven"
		return m
	}
	m["RedriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
	if o.final {
		m["RedriveStatus"], m["RedriveStatusReason"] = "NOT_REDRIVABLE", "Execution history event limit exceeded"
	}
	if o.failure != nil {
		m["Error"] = o.failure.Name
		if o.failure.Cause != "" {
			m["Cause"] = o.failure.Cause
		}
	}
	return m
}

// finish writes the files, or makes the state's result.
func (r *results) finish(ctx context.Context, target *resultTarget) (any, error) {
	if target == nil {
		if r.size > awslimits.StateBytes {
			return nil, tooLarge(r.run.visit.node.name, true)
		}
		all := []any{}
		for _, value := range r.values {
			if value != (absent{}) {
				all = append(all, value)
			}
		}
		return all, nil
	}
	objects := r.run.visit.branch.exec.run.env.Objects
	if objects == nil {
		return nil, &Failure{Name: awslimits.ResultWriter, Cause: "there are no objects to write to"}
	}
	files := map[string]any{}
	for _, kind := range resultKinds {
		list := []any{}
		for i, s := range r.files[kind] {
			key := fmt.Sprintf("%s%s_%d.json", target.folder, kind, i)
			if _, err := s.Write([]byte("]")); err != nil {
				return nil, err
			}
			if err := r.put(ctx, objects, target.bucket, key, s); err != nil {
				return nil, err
			}
			list = append(list, map[string]any{"Key": key, "Size": jsonvalue.Number(int(s.size))})
		}
		files[kind] = list
	}
	manifest := &spool{}
	text := jsonvalue.Append(nil, map[string]any{"DestinationBucket": target.bucket, "MapRunArn": r.run.about.ARN, "ResultFiles": files})
	if _, err := manifest.Write(text); err != nil {
		return nil, err
	}
	key := target.folder + "manifest.json"
	if err := r.put(ctx, objects, target.bucket, key, manifest); err != nil {
		return nil, err
	}
	r.run.report(func(m *MapRun) { m.ResultsWritten = m.Succeeded + m.Failed + m.TimedOut + m.Aborted })
	return map[string]any{"MapRunArn": r.run.about.ARN, "ResultWriterDetails": map[string]any{"Bucket": target.bucket, "Key": key}}, nil
}

func (r *results) put(ctx context.Context, objects Objects, bucket, key string, s *spool) error {
	body, err := s.reader()
	if err == nil {
		err = objects.Put(ctx, bucket, key, body)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.Join(context.Cause(ctx), err)
	}
	return &Failure{Name: awslimits.ResultWriter, Cause: fmt.Sprintf("writing %s to the bucket %s: %v", key, bucket, err)}
}

func (r *results) close() {
	for _, list := range r.files {
		for _, s := range list {
			s.close()
		}
	}
}
