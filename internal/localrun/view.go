package localrun

import (
	"io"
	"sync"

	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/trace"
)

// View is what shows a run: a report that a person reads, and a trace. A nil View
// shows nothing.
type View struct {
	Out    io.Writer // of the report; nil for none
	Form   progress.Form
	Prints progress.Prints // nil if nothing is held back
	Trace  *trace.Writer   // nil for none

	mu     sync.Mutex
	report *progress.Report // once the run has begun
}

// observe lets the engine report to the view.
func (v *View) observe(c *engine.Config) {
	if v == nil {
		return
	}
	if v.Out != nil {
		c.OnFailure = func(a engine.AttemptResult) { v.report.Call(shown(a)) }
	}
	if v.Trace != nil {
		others := c.OnAttempt
		c.OnAttempt = func(a engine.AttemptResult) {
			if others != nil {
				others(a)
			}
			v.Trace.Call(shown(a))
		}
	}
}

func shown(a engine.AttemptResult) progress.Call {
	return progress.Call{Step: a.Step, Index: a.Index, Attempt: a.Attempt, Begin: a.Start, End: a.End, Err: a.Err, Again: a.Again}
}

// start starts showing a run, whose id may be empty.
func (v *View) start(flow, run string, steps func() []progress.Step) {
	if v == nil || v.Out == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report = progress.Start(progress.Config{Out: v.Out, Form: v.Form, Flow: flow, Run: run, Steps: steps, Prints: v.Prints})
}

// Stop shows how the run ended. Only the first call counts: a run whose steps ignore
// their context is abandoned before it ends.
func (v *View) Stop(err error) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.report != nil {
		v.report.Stop(err)
	}
}
