package lambdastep

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/lokki/store"
)

// handler serves the invocations of one step. It implements lambda.Handler.
type handler struct {
	step  step
	logs  logs
	place func() (place, error)
}

// place is where values live.
type place struct {
	store  store.Store
	prefix string
}

// newHandler makes a handler that finds its place on the first invocation.
func newHandler(s step, open func() (place, error)) *handler {
	return &handler{step: s, logs: newLogs(), place: once(open)}
}

// Invoke serves one invocation: an envelope.Request in, an envelope.Reply out.
// Its error is always a messages.InvokeResponse_Error.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	began := time.Now()
	log, end := h.logs.begin(ctx, payload)
	defer end()

	var giveUp <-chan time.Time
	if deadline, ok := ctx.Deadline(); ok {
		m := margin(time.Until(deadline))
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-m))
		defer cancel()
		timer := time.NewTimer(time.Until(deadline.Add(-m / 2)))
		defer timer.Stop()
		giveUp = timer.C
	}

	var reply []byte
	i := &invocation{step: h.step}
	err := guard(giveUp, func() (err error) {
		reply, err = h.serve(ctx, i, payload)
		return err
	})
	if err != nil {
		failure := report(ctx, err)
		log.failed(began, failure)
		return nil, failure
	}
	log.done(began, i)
	return reply, nil
}

// serve does the work of Invoke without its guards.
func (h *handler) serve(ctx context.Context, i *invocation, payload []byte) ([]byte, error) {
	req, err := envelope.Decode(payload)
	if err != nil {
		return nil, kind(errorRequest, err)
	}
	at, err := h.place()
	if err != nil {
		return nil, kind(errorConfiguration, err)
	}
	i.req = req
	i.keys = envelope.Keys{Prefix: at.prefix, Flow: req.Flow, Run: req.Run}
	i.store = &meter{Store: at.store}
	reply, err := i.serve(ctx)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(reply)
	if err != nil {
		return nil, fmt.Errorf("encoding the reply: %w", err)
	}
	return out, nil
}
