// Package rehearse runs on this machine what would be deployed to AWS: the
// built state machine and template, with the binaries of the step images under
// the Lambda Runtime API and a real S3 server. AWS's control planes are
// imitated: Step Functions by package interpreter, CloudFormation by package template,
// IAM by package iam, Lambda's by package lambda.
package rehearse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// Options say how a flow is rehearsed.
type Options struct {
	Input       json.RawMessage   // of the execution; empty is {}
	Parameters  map[string]string // of the template; others keep their defaults
	Concurrency int               // functions that run at once
	Backoff     float64           // factor of the pauses between attempts: 1 is as on AWS, 0 is none
	Faults      Faults
	Name        string // of the execution; "" derives one from the time
	Stack       string // name of the stack; "" is the flow's name
	StackID     string // UUID of the stack, which changes if the stack is created again; "" derives one from its name
	Keep        string // folder that keeps the bucket, the history and the logs; "" keeps nothing
	Redrive     bool   // continue the failed execution in Keep

	Progress io.Writer // receives the progress; nil for none
	Form     progress.Form
}

func (o Options) validate() error {
	problems := []error{o.Faults.validate()}
	if o.Concurrency < 1 {
		problems = append(problems, fmt.Errorf("concurrency %d: want 1 or more", o.Concurrency))
	}
	if !(o.Backoff >= 0) {
		problems = append(problems, fmt.Errorf("backoff %v: want 0 or more", o.Backoff))
	}
	if o.Redrive && o.Keep == "" {
		problems = append(problems, errors.New("redriving needs the folder of the execution that failed"))
	}
	return errors.Join(problems...)
}

// checkInput rejects what the local run rejects, in the same words: Step Functions
// would use the last of duplicate members.
func (o Options) checkInput(g graph.Graph) error {
	if err := inputs.Check(o.Input); err != nil {
		return inputs.Misfit(g.Steps()[0].Args[0].Type, err)
	}
	return nil
}

// executionFile describes the execution in a kept folder.
const executionFile = "execution.json"

// execution is what a redrive has to know.
type execution struct {
	Name    string          `json:"name"`
	Flow    string          `json:"flow"`
	Stack   string          `json:"stack"`
	StackID string          `json:"stack_id,omitempty"`
	Input   json.RawMessage `json:"input"`
}

// Run rehearses a flow. The error says why it couldn't run; how the execution
// ended is in the report.
func Run(ctx context.Context, a Artifacts, o Options) (r Report, err error) {
	if err := errors.Join(o.validate(), o.Faults.check(a.Graph), o.checkInput(a.Graph)); err != nil {
		return Report{}, err
	}
	x, err := begin(a.Graph.Flow, o)
	if err != nil {
		return Report{}, err
	}
	s, err := resolve(a, x, o.Parameters)
	if err != nil {
		return Report{}, err
	}
	roles, err := s.roles()
	if err != nil {
		return Report{}, fmt.Errorf("a role of the template lacks permissions:\n%w", err)
	}
	folder, done, err := prepare(o)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	c, err := startCloud(ctx, s, o, folder, roles)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := x.note(folder); err != nil { // from here on there is an execution to redrive
		return Report{}, err
	}
	h, err := openHistory(folder)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	h.express = s.express
	r, err = c.execute(ctx, a, o, x, h)
	r.Notes = append(r.Notes, roles.notes...)
	return r, err
}

// prepare makes the folder of a run; done removes it unless it is kept.
func prepare(o Options) (folder string, done func() error, err error) {
	done = func() error { return nil }
	if folder = o.Keep; folder == "" {
		if folder, err = os.MkdirTemp("", "rehearsal"); err != nil {
			return "", nil, fmt.Errorf("making a folder for the run: %w", err)
		}
		done = func() error { return os.RemoveAll(folder) }
	}
	if err := os.MkdirAll(filepath.Join(folder, logFolder), 0o755); err != nil {
		return "", nil, errors.Join(fmt.Errorf("making the folder of the run: %w", err), done())
	}
	return folder, done, nil
}

// begin returns a new execution, or the one to redrive in its folder.
func begin(flow string, o Options) (execution, error) {
	folder := o.Keep
	file := filepath.Join(folder, executionFile)
	text, err := os.ReadFile(file)
	switch {
	case folder == "":
	case o.Redrive && err != nil:
		return execution{}, fmt.Errorf("redriving: %w\nhint: give the folder that an earlier run kept", err)
	case o.Redrive:
		var x execution
		if err := json.Unmarshal(text, &x); err != nil {
			return execution{}, fmt.Errorf("redriving: reading %s: %w", file, err)
		}
		if x.Flow != flow {
			return execution{}, fmt.Errorf("redriving: %s has an execution of %s, not of %s", folder, x.Flow, flow)
		}
		return x, nil
	case err == nil:
		return execution{}, fmt.Errorf("%s has an execution already\nhint: use --redrive to continue one that failed, or another folder with --keep", folder)
	case !errors.Is(err, os.ErrNotExist):
		return execution{}, fmt.Errorf("reading %s: %w", file, err)
	}
	input := bytes.TrimSpace(o.Input)
	if len(input) == 0 {
		input = []byte("{}")
	}
	return execution{
		Name:  cmp.Or(o.Name, "rehearsal-"+time.Now().UTC().Format("20060102-150405")),
		Flow:  flow,
		Stack: cmp.Or(o.Stack, flow), StackID: o.StackID,
		Input: input,
	}, nil
}

// note writes the execution into its folder.
func (x execution) note(folder string) error {
	text, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return fmt.Errorf("the input is not JSON: %w", err)
	}
	if err := os.WriteFile(filepath.Join(folder, executionFile), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("noting the execution: %w", err)
	}
	return nil
}

// execute runs the state machine.
func (c *cloud) execute(ctx context.Context, a Artifacts, o Options, x execution, h *history) (Report, error) {
	m := newMeter(plan.New(a.Graph))
	if o.Redrive {
		if err := h.replay(m.replay); err != nil {
			return Report{}, err
		}
	}
	shown := progress.Start(progress.Config{Out: o.Progress, Form: form(o), Flow: a.Graph.Flow, Run: x.Name, Steps: m.snapshot})
	m.report = shown.Call
	runs := newMapRuns()
	began := time.Now()
	env := interpreter.Env{
		Name:    x.Name,
		Input:   x.Input,
		Machine: c.stack.machineARN,
		Role:    c.stack.roleARN,
		Lambda:  tasks{allow: c.roles.machine, invoke: c.running.detach(o.Faults.crowded(o.Faults.around(c.functions.Invoke, m.items, c.met.note), c.met.note)), meter: m},
		Objects: objects{c.client, c.stack.Partition, c.roles.machine, o.Faults.ofMachine(c.met.note)},
		History: h,
		Past:    h.past,
		Allow:   c.roles.machine.plain,
		Sleep:   sleep(o.Backoff),
		Tried:   m.tried,
		MapRuns: func(r interpreter.MapRun) {
			runs.note(r)
			if r.Status == interpreter.Failed && !r.Again {
				m.mapFailed(c.stack.maps[r.State])
			}
		},
		Acquire:  c.functions.Acquire,
		Children: 2 * o.Concurrency, // more would only wait
	}
	if o.Faults.Lambdas > 0 { // the account throttles, so nothing waits beforehand
		env.Acquire, env.Children = nil, 0
	}
	execute := c.stack.machine.Execute
	if o.Redrive {
		execute = c.stack.machine.Redrive
	}
	output, err := execute(ctx, env)
	if err == nil {
		m.finish()
	}
	r := Report{Flow: a.Graph.Flow, Execution: x.Name, Output: output, Took: time.Since(began), Steps: m.snapshot()}
	var failed *interpreter.Failure
	switch {
	case err == nil:
		// A successful execution can't be redriven, so its result is read even
		// if ctx has ended.
		if r.Result, err = c.result(context.WithoutCancel(ctx), output); err != nil {
			r.Failed = err
		}
	case errors.As(err, &failed):
		r.Failed = m.explain(failed)
	case ctx.Err() != nil:
		r.Failed = context.Cause(ctx)
	default:
		r.Failed = err
	}
	shown.Stop(r.Failed)
	r.Unmet = o.Faults.unmet(c.met.all())
	r.MapRuns = runs.all()
	r.Functions = c.functions.Stats()
	r.StepRequests, r.MachineRequests, r.Denied = c.requests()
	r.Transitions, r.ExpressRequests = h.transitions, h.requests
	r.Usage = r.usage(c.stack.architectures)
	if o.Keep != "" {
		return r, h.export(executionARN(c.stack.machineARN, x.Name), filepath.Join(o.Keep, "history.json"))
	}
	return r, nil
}

// executionARN is the ARN of an execution of a state machine.
func executionARN(machine, name string) string {
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

func form(o Options) progress.Form {
	if o.Progress == nil {
		return progress.Quiet
	}
	return o.Form
}

// sleep waits for a fraction of the time.
func sleep(backoff float64) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		timer := time.NewTimer(time.Duration(float64(d) * backoff))
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// maxResult limits how much of a result is read, in bytes.
const maxResult = 1 << 30

// result reads the flow's result from the location in the execution's output, as JSON
// on one line.
func (c *cloud) result(ctx context.Context, output []byte) ([]byte, error) {
	var o envelope.Output
	if err := json.Unmarshal(output, &o); err != nil {
		return nil, fmt.Errorf("reading the execution's output: %w", err)
	}
	// This is the server's own client: it reads the result for the user, not
	// for the flow.
	body, err := s3store.New(c.server.Client(), o.Stored.Bucket).Get(ctx, o.Stored.Key, 0, -1)
	if err != nil {
		return nil, fmt.Errorf("reading the result: %w", err)
	}
	defer body.Close()
	text, err := codec.Decompress(body, maxResult)
	if err != nil {
		return nil, fmt.Errorf("reading the result: %w", err)
	}
	defer text.Close()
	data, err := io.ReadAll(text)
	if err != nil {
		return nil, fmt.Errorf("reading the result: %w", err)
	}
	return bytes.TrimSpace(data), nil
}
