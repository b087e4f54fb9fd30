package runner

import (
	"sync"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/trace"
)

// view is who looks at a run: the report that a person reads, a trace, and
// [Options.OnCall]. Any of them may be missing.
type view struct {
	form  progress.Form
	trace *trace.Writer

	mu     sync.Mutex
	prints progress.Prints  // of a command; nil if nothing is held back
	report *progress.Report // once the run has begun
	onCall func(Call)
}

// start begins to show a run; its id may be empty.
func (v *view) start(opts Options, m *meter, run string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.onCall = opts.OnCall
	if opts.Progress != nil {
		v.report = progress.Start(progress.Config{Out: opts.Progress, Form: v.form, Flow: m.graph.Flow, Run: run, Steps: m.steps, Prints: v.prints})
	}
}

// stop shows how the run ended. Only the first time counts: a run that pays no
// heed to its end is given up before it ends.
func (v *view) stop(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.report != nil {
		v.report.Stop(err)
	}
}

// all reports whether somebody wants to know of tries that went well.
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
