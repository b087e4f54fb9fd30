package runner

import (
	"sync"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/trace"
)

// view receives run events: it is the report that a person reads, a trace, and
// [Options.OnCall]. Any of them may be missing.
type view struct {
	form  progress.Form
	trace *trace.Writer

	mu     sync.Mutex
	prints progress.Prints  // for a command; nil if nothing is held back
	report *progress.Report // once the run has begun
	onCall func(Call)
}

// start starts showing a run, whose id may be empty.
func (v *view) start(opts Options, m *meter, run string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.onCall = opts.OnCall
	if opts.Progress != nil {
		v.report = progress.Start(progress.Config{Out: opts.Progress, Form: v.form, Flow: m.graph.Flow, Run: run, Steps: m.steps, Prints: v.prints})
	}
}

// stop shows how the run ended. Only the first call counts: a run whose steps ignore
// their context is abandoned before it ends.
func (v *view) stop(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.report != nil {
		v.report.Stop(err)
	}
}

// all reports whether successful attempts must be reported, too.
func (v *view) all() bool { return v.onCall != nil || v.trace != nil }

func (v *view) call(c Call) {
	if v.onCall != nil {
		v.onCall(c)
	}
	seen := progress.Call{Step: c.Step, Index: c.Index, Attempt: c.Attempt, Begin: c.Start, End: c.End, Err: c.Err, Again: c.Again}
	if v.trace != nil {
		v.trace.Call(seen)
	}
	if v.report != nil {
		v.report.Call(seen)
	}
}
