package rehearse

import (
	"context"
	"sync"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// running are the invocations that are under way. Step Functions can stop
// waiting for one, when a task or an execution has timed out or a map has failed,
// but it can't stop the function: that goes on, in an environment that no other
// invocation gets, until it answers or Lambda's own timeout ends it.
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

// detach lets invocations outlive the context of those who wait for them.
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

// end kills what still runs: the rehearsal is over.
func (r *running) end() {
	r.cancel()
	r.wg.Wait()
}
