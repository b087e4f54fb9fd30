package interpreter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/intrinsic"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
)

// branch is a sequence of states that run one after another: those of an
// execution, of a branch of a Parallel, or of an iteration of an inline map.
type branch struct {
	exec *execution
	prev int64 // the event before the next
	item map[string]any

	// Of the lines of a fork.
	iteration *Details     // which iteration of an inline map it is; nil if none
	done      bool         // it has come to its end
	open      []unfinished // what it was in when it stopped
}

func (b *branch) record(kind string, d Details) error {
	id, err := b.exec.log.next(b.exec, kind, b.prev, d, false)
	if err == nil {
		b.prev = id
	}
	return err
}

// walk runs the states of a scope from n on.
func (b *branch) walk(ctx context.Context, s *scope, n *node, in doc, r *resumption) (doc, error) {
	for {
		v := &visit{branch: b, node: n, raw: in, resumed: r}
		out, next, err := v.visit(ctx)
		if err != nil {
			b.leave(n)
			return doc{}, err
		}
		if next == "" {
			return out, nil
		}
		n, in, r = s.states[next], out, nil
	}
}

// visit is one stay in a state, with all its attempts.
type visit struct {
	branch  *branch
	node    *node
	raw     doc // the state's input
	entered int64
	at      time.Time
	retries int
	used    []int // the retries so far, by rule
	resumed *resumption
	ran     bool           // the action has succeeded
	shared  map[string]any // the context object, once something has read it

	payload, reply []byte // of the last attempt, if the state invokes a function
}

// visit runs the state, with its retries.
func (v *visit) visit(ctx context.Context) (out doc, next string, err error) {
	n, b := v.node, v.branch
	if r := v.resumed; r != nil && n.kind != "Fail" {
		v.entered, v.at = r.entered, r.at
	} else {
		v.at = time.Now()
		if err := b.record(n.kind+"StateEntered", Details{Name: n.name, Input: v.raw.text}); err != nil {
			return doc{}, "", err
		}
		v.entered = b.prev
	}
	v.used = make([]int, len(n.retries))
	for {
		if ctx.Err() != nil {
			return doc{}, "", v.ended(context.Cause(ctx))
		}
		out, next, err = v.attempt(ctx)
		if err == nil {
			v.tell(nil, false)
			break
		}
		f, ok := err.(*Failure)
		if !ok || ctx.Err() != nil {
			return doc{}, "", v.ended(err)
		}
		f = v.locate(f)
		if r, again := v.again(f); again {
			v.used[r]++
			v.retries++
			v.shared, v.resumed = nil, nil
			v.tell(f, true)
			if err := b.exec.run.env.sleep(ctx, n.retries[r].delay(v.used[r], random)); err != nil {
				return doc{}, "", v.ended(err)
			}
			continue
		}
		v.tell(f, false)
		if out, next, err = v.catch(f); err != nil {
			return doc{}, "", err
		}
		break
	}
	return out, next, b.record(n.kind+"StateExited", Details{Name: n.name, Output: out.text})
}

// tell reports the outcome of an attempt, if there was one.
func (v *visit) tell(err error, again bool) {
	if tried := v.branch.exec.run.env.Tried; tried != nil && v.payload != nil {
		tried(Try{Payload: v.payload, Reply: v.reply, Err: err, Again: again})
	}
}

// ended handles an execution that was ended by err while the state ran. If the
// execution's own time is over, that is a failure of the state.
func (v *visit) ended(err error) error {
	x := v.branch.exec
	if x.expired != nil && errors.Is(err, x.expired) {
		f := v.locate(&Failure{Name: awslimits.Timeout, Expired: x.limit})
		x.late.CompareAndSwap(nil, f)
		v.tell(f, false)
		return err
	}
	v.tell(err, false)
	return err
}

// locate returns a copy of a failure with the innermost state in which it happened.
func (v *visit) locate(f *Failure) *Failure {
	at := *f // some are shared
	if at.State == "" {
		at.State, at.Payload = v.node.name, v.payload
	}
	return &at
}

// again reports whether the state is tried again after a failure, and by which
// rule.
func (v *visit) again(f *Failure) (rule int, ok bool) {
	rule = v.node.retrier(f)
	return rule, rule >= 0 && v.used[rule] < v.node.retries[rule].attempts
}

// retrier returns the index of the first rule that matches, or -1.
func (n *node) retrier(f *Failure) int {
	for i := range n.retries {
		if f.matches(n.retries[i].errors) {
			return i
		}
	}
	return -1
}

// attempt runs the action once, with the state's paths around it.
func (v *visit) attempt(ctx context.Context) (doc, string, error) {
	n := v.node
	v.ran = false
	var input any = map[string]any{}
	if n.input != nil {
		var err error
		if input, err = n.input.Get(v.data(v.raw.value)); err != nil {
			return doc{}, "", v.explain(badPath(n.input, err))
		}
	}
	result, next, err := n.action.run(ctx, v, input)
	if err != nil {
		return doc{}, "", v.explain(err)
	}
	v.ran = true
	if next == "" {
		next = n.next
	}
	out, err := v.output(result)
	return out, next, v.explain(err)
}

// output makes the state's output from its result.
func (v *visit) output(result any) (doc, error) {
	n := v.node
	if n.selector != nil {
		var err error
		if result, err = n.selector.Eval(v.data(result)); err != nil {
			return doc{}, err
		}
	}
	if n.placesResult {
		var err error
		if result, err = v.place(n.resultPath, result); err != nil {
			return doc{}, err
		}
	}
	switch n.output {
	case wholeInput:
	case nil:
		result = map[string]any{}
	default:
		var err error
		if result, err = n.output.Get(v.data(result)); err != nil {
			return doc{}, badPath(n.output, err)
		}
	}
	d := newDoc(result)
	if len(d.text) > awslimits.StateBytes {
		return doc{}, tooLarge(n.name, true)
	}
	return d, nil
}

// place puts a result into the state's input, where p says; nil drops the
// result.
func (v *visit) place(p *jsonpath.Path, result any) (any, error) {
	if p == nil {
		return v.raw.value, nil
	}
	value, err := p.Put(v.raw.value, result)
	if err != nil {
		return nil, intrinsic.Fault{Name: awslimits.ResultPathMatch, What: fmt.Sprintf("Unable to apply ResultPath '%s' to the input: %v", p, err)}
	}
	return value, nil
}

func tooLarge(name string, terminal bool) *Failure {
	return &Failure{Name: awslimits.DataLimit, Cause: fmt.Sprintf("The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", name), terminal: terminal}
}

// catch finds the rule that handles a failure.
func (v *visit) catch(f *Failure) (doc, string, error) {
	if kind := v.node.kind; (kind == "Map" || kind == "Parallel") && f.Name != awslimits.Runtime && !v.ran {
		if err := v.branch.record(kind+"StateFailed", Details{}); err != nil {
			return doc{}, "", err
		}
	}
	for _, c := range v.node.catchers {
		if !f.matches(c.errors) {
			continue
		}
		value, err := v.place(c.resultPath, map[string]any{"Error": f.Name, "Cause": f.Cause})
		if err != nil {
			return doc{}, "", v.explain(err)
		}
		out := newDoc(value)
		if len(out.text) > awslimits.StateBytes {
			return doc{}, "", tooLarge(v.node.name, true)
		}
		return out, c.next, nil
	}
	return doc{}, "", f
}

// explain turns a fault into a failure of the state.
func (v *visit) explain(err error) error {
	var f intrinsic.Fault
	if !errors.As(err, &f) {
		return err
	}
	return &Failure{Name: f.Name, Cause: fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", v.node.name, v.entered, f.What)}
}
