package rehearse

import (
	"context"
	"sync"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// running tracks the invocations under way. Step Functions can stop waiting for
// one, if a task or an execution times out or a map fails, but it can't stop the
// function: that keeps running, in an environment that no other invocation gets,
// until it responds or Lambda's own timeout ends it.
type running struct {
	ctx    context.Context // of the functions
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newRunning() *running {
	r := &running{}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// detach lets invocations outlive their callers' context.
func (r *running) detach(next invoke) invoke {
	return func(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error) {
		if ctx.Err() != nil {
			return lambdahost.Result{}, context.Cause(ctx)
		}
		type outcome struct {
			result lambdahost.Result
			err    error
		}
		ended := make(chan outcome, 1)
		r.wg.Go(func() {
			result, err := next(r.ctx, arn, payload)
			ended <- outcome{result, err}
		})
		select {
		case o := <-ended:
			return o.result, o.err
		case <-ctx.Done():
			return lambdahost.Result{}, context.Cause(ctx)
		}
	}
}

// end kills what still runs when the rehearsal is over.
func (r *running) end() {
	r.cancel()
	r.wg.Wait()
}
