package interpreter

import (
	"context"
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// parallel is a Parallel state.
type parallel struct {
	branches   []*scope
	parameters template
}

func (r *stateReader) parallel() {
	o := r.o
	r.paths()
	r.result(true)
	r.transition()
	r.handlers()
	a := &parallel{parameters: r.template("Parameters")}
	r.n.action = a
	o.require("Branches")
	list := o.objects("Branches")
	if array, ok := o.members["Branches"].([]any); ok && len(array) == 0 {
		o.p.add(o.path("Branches"), "there are no branches")
	}
	where := r.where
	if where.depth++; where.depth > maxDepth {
		o.p.add(o.at, "maps and branches are nested more than %d deep", maxDepth)
		return
	}
	for _, b := range list {
		b.str("Comment")
		a.branches = append(a.branches, r.l.scope(b, where))
		b.done()
	}
}

// run runs the branches. In a redrive, those that were done keep their outputs and
// the others continue.
func (a *parallel) run(ctx context.Context, v *visit, input any) (any, string, error) {
	if a.parameters != nil {
		var err error
		if input, err = a.parameters.Eval(v.data(input)); err != nil {
			return nil, "", err
		}
	}
	in := newDoc(input)
	if len(in.text) > awslimits.StateBytes {
		return nil, "", &Failure{Name: awslimits.DataLimit, Cause: fmt.Sprintf("The input of the branches of the state '%s' exceeds the maximum number of bytes service limit.", v.node.name), terminal: true}
	}
	b := v.branch
	var past []position
	if v.resumed != nil {
		past = v.resumed.branches
	}
	if past == nil {
		if err := b.record("ParallelStateStarted", Details{}); err != nil {
			return nil, "", err
		}
	}
	outputs := make([]any, len(a.branches))
	f := b.fork(ctx)
	for i, s := range a.branches { // all start, even if one fails at once
		from, line := position{node: s.start, in: in}, &branch{prev: b.prev, item: b.item}
		if past != nil && past[i].done {
			outputs[i] = past[i].in.value
			continue
		}
		if past != nil && past[i].node != nil {
			from = past[i]
			line.prev = from.resumed.entered
		}
		f.start(line, func(ctx context.Context) (int64, error) {
			out, err := line.walk(ctx, s, from.node, from.in, from.resumed)
			outputs[i] = out.value
			return line.prev, err
		})
	}
	if err := f.wait(); err != nil {
		return nil, "", err
	}
	if len(jsonvalue.Append(nil, outputs)) > awslimits.StateBytes {
		return nil, "", tooLarge(v.node.name, true)
	}
	return outputs, "", b.succeed("Parallel")
}
