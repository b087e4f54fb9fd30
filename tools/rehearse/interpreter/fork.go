package interpreter

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// fork is the lines of states that run at the same time: the branches of a Parallel
// or the iterations of an inline map. When one fails, the others are stopped.
type fork struct {
	from   *branch
	ctx    context.Context // of the lines
	outer  context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
	lines  []*branch

	mu      sync.Mutex
	last    int64   // the last event of those that are done
	failing *branch // the first that failed
	failed  error
}

func (b *branch) fork(ctx context.Context) *fork {
	f := &fork{from: b, outer: ctx, last: b.prev}
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	return f
}

// start runs a line. Its function returns the line's last event.
func (f *fork) start(line *branch, run func(ctx context.Context) (int64, error)) {
	line.exec = f.from.exec
	f.lines = append(f.lines, line)
	f.wg.Go(func() {
		last, err := run(f.ctx)
		f.mu.Lock()
		defer f.mu.Unlock()
		switch {
		case err == nil:
			line.done = true
			f.last = max(f.last, last)
		case f.failed == nil:
			f.failing, f.failed = line, err
			f.cancel(&stopped{"another branch failed"})
		}
	})
}

// wait waits for all lines, and returns the error of the first that failed.
func (f *fork) wait() error {
	f.wg.Wait()
	f.cancel(nil)
	switch {
	case f.outer.Err() != nil && f.failed != nil: // whoever ended it records what was open
		f.from.open = f.open()
		return context.Cause(f.outer)
	case f.failed != nil:
		f.from.prev = f.failing.prev
		return f.abort()
	}
	f.from.prev = f.last
	return nil
}

// open are the states and iterations that weren't done, the outer before the
// inner.
func (f *fork) open() []unfinished {
	var list []unfinished
	for _, line := range f.lines {
		if line.done {
			continue
		}
		if line.iteration != nil {
			end := unfinished{"MapIterationAborted", *line.iteration}
			if line == f.failing && f.outer.Err() == nil {
				end.event = "MapIterationFailed"
			}
			list = append(list, end)
		}
		list = append(list, line.open...)
	}
	return list
}

// abort records the end of all that was open, also of the state that failed, with
// the failure as the previous event, as histories of the service show it. An error in processing a state ends the execution at once: nothing else is
// aborted before.
func (f *fork) abort() error {
	ends := f.open()
	var failure *Failure
	if !errors.As(f.failed, &failure) || failure.Name == awslimits.Runtime {
		ends = slices.DeleteFunc(ends, func(end unfinished) bool { return end.event != "MapIterationFailed" })
	}
	for _, end := range ends {
		_, err := f.from.exec.log.next(f.from.exec, end.event, f.failing.prev, end.details, false)
		if err != nil && !errors.As(err, &failure) {
			return err
		}
	}
	return f.failed
}

// unfinished is the event of a state or an iteration that ends because the line
// that it belongs to has stopped.
type unfinished struct {
	event   string
	details Details
}

// leave notes that a state ends because the branch has stopped. Other kinds of
// states have no event for that.
func (b *branch) leave(n *node) {
	switch n.kind {
	case "Task", "Wait", "Map", "Parallel":
		b.open = append([]unfinished{{event: n.kind + "StateAborted"}}, b.open...)
	}
}
