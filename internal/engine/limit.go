package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/timelimit"
)

// limit is the time limit of an attempt: when the step's context ends, and when
// a step that ignores it is abandoned. Zero is no limit.
type limit struct{ end, giveUp time.Duration }

// limit returns the limit of the child's next attempt.
func (c *batchRun) limit(ctx context.Context, node *plan.Step) limit {
	end := time.Duration(node.Timeout) * time.Second
	if deadline, ok := ctx.Deadline(); ok && c.of != nil && c.of.node.Express {
		if left := time.Until(deadline); end == 0 || left < end {
			end = left
		}
	}
	if end == 0 {
		return limit{}
	}
	return limit{end, end + timelimit.Grace}
}

// within is do with a time limit.
func (a *attempt) within(ctx context.Context, l limit) error {
	if l.giveUp == 0 {
		return a.do(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, l.end)
	defer cancel()
	// An abandoned step keeps running, so it must not share what it reads and writes.
	own := *a
	own.guard, own.path, own.in, own.out = new(guard), slices.Clone(a.path), slices.Clone(a.in), nil
	timer := time.NewTimer(l.giveUp)
	defer timer.Stop()
	var caller step.Caller
	defer caller.Close()
	err := caller.Call(timer.C, func() error { return own.do(ctx) })
	if err == failure.ErrAbandoned {
		a.position = own.guard.abandon()
		return a.timedOut(ctx, err)
	}
	a.position, a.out, a.items = own.position, append(a.out, own.out...), own.items
	return a.timedOut(ctx, err)
}

// timedOut distinguishes a step's timeout from its other errors.
func (a *attempt) timedOut(ctx context.Context, err error) error {
	if err == nil || !step.Late(ctx, err) {
		return err
	}
	after := expressLimit
	if seconds := a.e.flow.Plan.Steps[a.stage.node].Timeout; seconds > 0 {
		after = time.Duration(seconds) * time.Second
	}
	return failure.Name(failure.StepTimeout, fmt.Errorf("%w: %w", failure.TimedOut{After: after}, err))
}

// guard is between a step and the caller that waits for it until its timeout.
type guard struct {
	mu   sync.Mutex
	last position
	gone bool // nobody waits
}

// reach records how far the attempt has come, and reports whether to continue.
func (g *guard) reach(p position) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.gone {
		g.last = p
	}
	return !g.gone
}

// abandon ends the waiting.
func (g *guard) abandon() position {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = true
	return g.last
}
