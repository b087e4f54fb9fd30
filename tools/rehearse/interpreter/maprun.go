package interpreter

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/intrinsic"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// MapRun is the progress of a map run. Its counts are of items, as in
// DescribeMapRun.
type MapRun struct {
	ARN       string
	Execution string // the execution that the map belongs to
	State     string // the map's name
	Status    string
	Again     bool // it failed, and the map has started a new run because of that

	Total, Pending, Running, Succeeded, Failed, TimedOut, Aborted, ResultsWritten int
}

// mapRun runs the children of one run of a Distributed Map.
type mapRun struct {
	visit   *visit
	state   *mapState
	machine string // as in "birds/flap-bird"
	id      string
	past    func(execution string) ([]Event, error) // set in a redrive

	percentage, count           float64 // tolerated
	hasPercentage, hasTolerance bool

	mu      sync.Mutex
	about   MapRun
	results *results
	err     error // the first error that ends the run
	cancel  context.CancelCauseFunc
}

// runDistributed runs the map as a map run, and records its events.
func (a *mapState) runDistributed(ctx context.Context, v *visit, input any) (any, string, error) {
	b, exec := v.branch, v.branch.exec
	r := &mapRun{visit: v, state: a}
	again := v.resumed != nil && v.resumed.mapRun != ""
	var items source
	length := 0
	if a.reader == nil {
		list, err := a.itemsOf(v, input)
		if err != nil {
			return nil, "", err
		}
		length = len(list)
		items = &sliceSource{list}
		r.about.Total = length
	}
	if !again {
		if err := b.record("MapStateStarted", Details{Length: &length}); err != nil {
			return nil, "", err
		}
	}
	concurrency, err := r.settings(v.data(input))
	if err != nil {
		return nil, "", err
	}
	if ctx.Err() != nil {
		return nil, "", context.Cause(ctx)
	}
	select { // an account may have few open map runs: others wait
	case exec.run.open <- struct{}{}:
		defer func() { <-exec.run.open }()
	case <-ctx.Done():
		return nil, "", context.Cause(ctx)
	}
	label := a.label
	if label == "" {
		label = uuid.NewString()
	}
	r.id = uuid.NewString()
	if again {
		label, r.id = v.resumed.label, v.resumed.id
		r.past = exec.run.env.Past
	}
	r.machine = exec.run.machine + "/" + label
	r.about.ARN = exec.run.account + "mapRun:" + r.machine + ":" + r.id
	r.about.Execution, r.about.State, r.about.Status = exec.arn, v.node.name, Running
	started, details := "MapRunStarted", Details{MapRun: r.about.ARN}
	if again {
		started, details.Redrives = "MapRunRedriven", v.resumed.runRedrives+1
	}
	if err := b.record(started, details); err != nil {
		return nil, "", err
	}
	result, err := r.run(ctx, input, items, concurrency)
	if err != nil {
		return nil, "", r.failed(ctx, err)
	}
	r.report(func(m *MapRun) { m.Status = Succeeded })
	if err := b.record("MapRunSucceeded", Details{}); err != nil {
		return nil, "", err
	}
	return result, "", b.succeed("Map")
}

// failed records why the run failed.
func (r *mapRun) failed(ctx context.Context, err error) error {
	status, event, details, again := Aborted, "MapRunAborted", Details{}, false
	err = r.visit.explain(err)
	var f *Failure
	if ctx.Err() == nil && errors.As(err, &f) {
		status, event, details = Failed, "MapRunFailed", Details{Error: f.Name, Cause: f.Cause}
		_, again = r.visit.again(f)
	}
	r.report(func(m *MapRun) { m.Status, m.Again = status, again })
	if err := r.visit.branch.record(event, details); err != nil {
		return err
	}
	return err
}

// settings evaluates the map's numbers, and returns how many children run at
// once.
func (r *mapRun) settings(d jsonpath.Data) (concurrency int, err error) {
	most, _, err := r.state.concurrency.get(d)
	if err != nil {
		return 0, err
	}
	if most == 0 {
		most = awslimits.Children
	}
	if r.percentage, r.hasPercentage, err = r.state.percentage.get(d); err != nil {
		return 0, err
	}
	r.count, r.hasTolerance, err = r.state.count.get(d)
	return min(int(most), awslimits.Children, r.visit.branch.exec.run.env.Children), err
}

// run runs all children and gathers their results.
func (r *mapRun) run(ctx context.Context, input any, items source, concurrency int) (any, error) {
	env := r.visit.branch.exec.run.env
	if err := env.allow("states:StartExecution", env.Machine); err != nil {
		return nil, err
	}
	if err := env.allow("states:DescribeExecution", r.childARN(0)); err != nil {
		return nil, err
	}
	if items == nil {
		object, err := r.state.readItems(ctx, r.visit, input)
		if err != nil {
			return nil, err
		}
		items = object
		r.about.Total = object.total
	}
	defer items.close()
	r.about.Pending = r.about.Total
	target, err := r.target(input)
	if err != nil {
		return nil, err
	}
	source, err := r.state.children(r.visit, input, items)
	if err != nil {
		return nil, err
	}
	r.results = newResults(r, awslimits.ResultFileBytes)
	defer r.results.close()
	r.report(func(*MapRun) {})
	r.dispatch(ctx, source, concurrency)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var f *Failure
	if r.err != nil && !errors.As(r.err, &f) && !errors.As(r.err, new(intrinsic.Fault)) {
		return nil, r.err // not an error of the state machine: there is nothing to keep
	}
	result, err := r.results.finish(ctx, target)
	if r.err != nil {
		return nil, r.err
	}
	return result, err
}

// dispatch gives the children to at most concurrency workers. It starts a worker
// only when there is work for it.
func (r *mapRun) dispatch(ctx context.Context, source *childSource, concurrency int) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.cancel = cancel
	work := make(chan child)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(work)
	for workers := 0; ; {
		c, ok, err := source.next()
		if err != nil {
			r.stop(err)
			return
		}
		if !ok || ctx.Err() != nil {
			return
		}
		if inner.Err() != nil { // the other children stay pending
			r.pending(c)
			continue
		}
		select {
		case work <- c:
			continue
		default:
		}
		if workers < concurrency {
			workers++
			wg.Go(func() {
				for next, ok := c, true; ok; next, ok = <-work {
					r.child(inner, next)
				}
			})
			continue
		}
		select {
		case work <- c:
		case <-inner.Done():
			if ctx.Err() == nil {
				r.pending(c)
			}
		}
	}
}

// child runs one child, unless it succeeded before a redrive.
func (r *mapRun) child(ctx context.Context, c child) {
	if ctx.Err() != nil {
		r.pending(c)
		return
	}
	r.report(func(m *MapRun) { m.Pending -= c.items; m.Running += c.items })
	exec := r.visit.branch.exec
	x := exec.run.execution(r.state.scope, r.machine, r.childName(c.number), c.input)
	if r.state.express {
		x.express, x.limit = true, awslimits.ExpressSeconds*time.Second
	}
	r.ended(x, c, r.outcome(ctx, x))
}

func (r *mapRun) outcome(ctx context.Context, x *execution) outcome {
	if r.past == nil {
		return x.execute(ctx)
	}
	return x.again(ctx, r.past)
}

// childName is the same in a redrive as before it.
func (r *mapRun) childName(number int) string {
	return uuid.NewMD5(uuid.MustParse(r.id), strconv.AppendInt(nil, int64(number), 10)).String()
}

func (r *mapRun) childARN(number int) string {
	return r.visit.branch.exec.run.account + "execution:" + r.machine + ":" + r.childName(number)
}

// pending records a child that isn't started because the run has failed.
func (r *mapRun) pending(c child) {
	x := r.visit.branch.exec.run.execution(r.state.scope, r.machine, r.childName(c.number), c.input)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.results.add(x, c, outcome{status: "PENDING"}); err != nil {
		r.note(err)
	}
}

// ended counts a child, and stops the run if too many have failed.
func (r *mapRun) ended(x *execution, c child, o outcome) {
	r.report(func(m *MapRun) {
		m.Running -= c.items
		switch o.status {
		case Succeeded:
			m.Succeeded += c.items
		case Failed:
			m.Failed += c.items
		case TimedOut:
			m.TimedOut += c.items
		default:
			m.Aborted += c.items
			var own *stopped
			if o.err != nil && !errors.As(o.err, &own) {
				r.note(o.err)
			}
		}
		if err := r.results.add(x, c, o); err != nil {
			r.note(err)
		}
		if failed := float64(m.Failed + m.TimedOut); failed > 0 && r.exceeds(failed) {
			now := *m
			r.note(&Failure{Name: awslimits.Threshold, Cause: "The specified tolerated failure threshold was exceeded", Map: &now, Child: o.failure})
		}
	})
}

// exceeds reports whether a number of failed items is above one of the
// thresholds, or above 0 if there are none.
func (r *mapRun) exceeds(failed float64) bool {
	percentage := 100 * failed / float64(max(r.about.Total, 1))
	switch {
	case r.hasTolerance && failed > r.count, r.hasPercentage && percentage > r.percentage:
		return true
	}
	return !r.hasTolerance && !r.hasPercentage
}

// stop ends the run with an error.
func (r *mapRun) stop(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(err)
}

// note keeps the first error that ends the run, and stops the children. The
// caller holds mu.
func (r *mapRun) note(err error) {
	if r.err != nil {
		return
	}
	r.err = err
	if r.about.Running > 0 {
		if denied := r.visit.branch.exec.run.env.allow("states:StopExecution", r.childARN(0)); denied != nil {
			r.err = denied
		}
	}
	r.cancel(&stopped{"the map run failed"})
}

// report changes the counts and reports them to the caller.
func (r *mapRun) report(change func(m *MapRun)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.about)
	if f := r.visit.branch.exec.run.env.MapRuns; f != nil {
		f(r.about)
	}
}

// target returns where the results go; nil is the state's output.
func (r *mapRun) target(input any) (*resultTarget, error) {
	if r.state.writer == nil {
		return nil, nil
	}
	parameters, err := r.state.writer.parameters.Eval(r.visit.data(input))
	if err != nil {
		return nil, err
	}
	fields, _ := parameters.(map[string]any)
	bucket, ok := fields["Bucket"].(string)
	if !ok {
		return nil, runtimeFault("The Parameters of the ResultWriter must give a string for Bucket.")
	}
	folder := r.id + "/"
	if prefix, ok := fields["Prefix"].(string); ok && prefix != "" {
		folder = strings.TrimSuffix(prefix, "/") + "/" + folder
	} else if _, given := fields["Prefix"]; given && !ok {
		return nil, runtimeFault("The Parameters of the ResultWriter give %s for Prefix, not a string.", jsonvalue.Kind(fields["Prefix"]))
	}
	return &resultTarget{bucket, folder}, nil
}
