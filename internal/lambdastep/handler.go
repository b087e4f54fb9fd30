package lambdastep

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/peakmem"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// handler serves the invocations of a step. It implements lambda.Handler.
type handler struct {
	step     step.Step
	logs     *logs
	place    func() (place, error)
	requests *atomic.Int64   // to S3, by this process
	memory   *peakmem.Memory // of this process
	caller   step.Caller     // of the step
}

// place is where values are stored.
type place struct {
	store  store.Store
	bucket string
	prefix string
}

// newHandler makes a handler that opens its place on the first invocation.
// open's store counts its requests to S3.
func newHandler(s step.Step, l *logs, open func(requests *atomic.Int64) (place, error)) *handler {
	requests := new(atomic.Int64)
	return &handler{
		step:     s,
		logs:     l,
		place:    once(func() (place, error) { return open(requests) }),
		requests: requests,
		memory:   peakmem.Of(os.Getpid()),
	}
}

// Invoke serves one invocation: an envelope.Request in, an envelope.Reply or Output out.
// Its error is always a messages.InvokeResponse_Error.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	began, requests := time.Now(), h.requests.Load()
	log := h.logs.begin(ctx, payload)
	defer h.logs.end()

	clock, stop := newClock(ctx)
	defer stop()
	i := &invocation{step: h.step, clock: clock}
	var reply []byte
	var err error
	if i.req, err = envelope.Decode(payload); err != nil {
		err = failure.Name(failure.Request, err)
	} else {
		err = h.caller.Call(clock.timer.C, func() (err error) {
			reply, err = h.serve(clock.ctx, i)
			return err
		})
		err = clock.late(clock.ctx, err)
	}
	sum := i.stats.sum(time.Since(began), h.requests.Load()-requests, h.memory.Bytes())
	if err != nil {
		failure := report(err)
		log.failed(sum, failure)
		return nil, failure
	}
	log.done(sum)
	return reply, nil
}

// serve does the work of Invoke without its guards.
func (h *handler) serve(ctx context.Context, i *invocation) ([]byte, error) {
	at, err := h.place()
	if err != nil {
		return nil, failure.Name(failure.Configuration, err)
	}
	i.keys = envelope.Keys{Prefix: at.prefix, Flow: i.req.Flow, Run: i.req.Run}
	i.store, i.bucket = meter{at.store, &i.stats}, at.bucket
	reply, err := i.serve(ctx)
	if err != nil {
		return nil, err
	}
	var answer any = reply
	if i.req.Last {
		if answer, err = i.output(ctx); err != nil {
			return nil, err
		}
	}
	out, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("encoding the reply: %w", err)
	}
	return out, nil
}
