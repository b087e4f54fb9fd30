package lambdastep

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/timelimit"
)

// A tenth of the time that Lambda grants, but at most maxMargin, is reserved for
// reporting an invocation that takes too long: its ctx ends before it, and a step
// that ignores its context is abandoned halfway through the margin.
const (
	marginShare = 10
	maxMargin   = time.Second
)

// margin returns how long before Lambda's deadline the invocation's ctx ends.
func margin(left time.Duration) time.Duration { return max(0, min(left/marginShare, maxMargin)) }

// clock tracks the time limits of one invocation: Lambda's, and within it the step's.
type clock struct {
	ctx     context.Context // the invocation's
	granted time.Duration   // by Lambda, to the second
	last    time.Time       // when the invocation is abandoned
	timer   *time.Timer     // fires then, or when the step is abandoned

	limit atomic.Int64    // of the running step, a time.Duration; 0 is Lambda's
	step  context.Context // the step's, once it has begun
	stop  context.CancelFunc
}

// newClock starts the clock of an invocation.
func newClock(ctx context.Context) (c *clock, stop func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(awslimits.LambdaSeconds * time.Second)
	}
	left := time.Until(deadline)
	m := margin(left)
	c = &clock{granted: left.Round(time.Second), last: deadline.Add(-m / 2)}
	c.timer = time.NewTimer(time.Until(c.last))
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithDeadline(ctx, deadline.Add(-m))
	return c, func() {
		cancel()
		c.timer.Stop()
	}
}

// begin starts the step's time limit on the first call, and returns the step's ctx.
func (c *clock) begin(limit time.Duration) context.Context {
	if c.step == nil {
		c.step, c.stop = c.ctx, func() {}
		if limit > 0 {
			c.limit.Store(int64(limit))
			c.timer.Reset(min(limit+timelimit.Grace, time.Until(c.last)))
			c.step, c.stop = context.WithTimeout(c.ctx, limit)
		}
	}
	return c.step
}

// end lifts the step's limit: only Lambda's applies to the rest of the invocation.
func (c *clock) end() {
	if c.step == nil {
		return // it never began: its argument could not be read
	}
	c.stop()
	if c.limit.Swap(0) > 0 {
		c.timer.Reset(time.Until(c.last))
	}
}

// late distinguishes an error caused by the end of ctx from others.
func (c *clock) late(ctx context.Context, err error) error {
	if err == nil || !step.Late(ctx, err) {
		return err
	}
	what := failure.Late(c.granted) + ", the timeout of its Lambda"
	if limit := time.Duration(c.limit.Load()); limit > 0 && c.ctx.Err() == nil {
		what = failure.Late(limit)
	}
	return failure.Name(failure.StepTimeout, fmt.Errorf("%s: %w", what, err))
}
