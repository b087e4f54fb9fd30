package lambdastep

import (
	"context"
	"fmt"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step"
)

// invocation is one request being served.
type invocation struct {
	step  step.Step
	req   envelope.Request
	keys  envelope.Keys
	store meter
	clock *clock
	stats stats

	bucket string // where the values are
	value  []byte // the last step's, once this invocation has stored it
}

// serve handles the request.
func (i *invocation) serve(ctx context.Context) (envelope.Reply, error) {
	reply := envelope.Reply{Run: i.req.Run, Path: i.req.Path}
	if i.req.Attempt > 0 {
		found, err := i.earlier(ctx, &reply)
		if err != nil {
			return reply, err
		}
		if found {
			i.stats.repeated.Store(true)
			return reply, nil
		}
	}
	args, err := i.arguments(ctx)
	if err != nil {
		return reply, err
	}
	if i.req.Split > 0 {
		if len(args) != 1 {
			return reply, failure.Name(failure.Request, fmt.Errorf("split of %d results: a map inside a map needs batches of 1 outside", len(args)))
		}
		list, err := i.run(ctx, args[0])
		i.clock.end()
		if err != nil {
			return reply, err
		}
		return reply, i.putList(ctx, list, &reply)
	}
	values := make([][]byte, len(args))
	for n, arg := range args {
		if values[n], err = i.result(ctx, arg); err != nil {
			return reply, i.locate(n, len(args), err)
		}
	}
	i.clock.end()
	return reply, i.putValues(ctx, values)
}

// result runs the step for one argument and encodes what it returns.
func (i *invocation) result(ctx context.Context, arg argument) ([]byte, error) {
	out, err := i.run(ctx, arg)
	if err != nil {
		return nil, err
	}
	defer i.stats.write.since(time.Now())
	return step.Encode(out)
}

// run calls the step. Its error is the user's own unless the argument could not
// be decoded.
func (i *invocation) run(ctx context.Context, arg argument) (any, error) {
	began, loaded := time.Now(), time.Now()
	own := ctx
	load := func(into any) error {
		defer func() { loaded = time.Now() }()
		return arg(ctx, into)
	}
	out, err := i.step.Run([]step.Argument{load}, func() context.Context {
		own = i.clock.begin(time.Duration(i.req.Limit) * time.Second)
		return own
	})
	i.stats.read.add(loaded.Sub(began))
	i.stats.function.since(loaded)
	return out, i.clock.late(own, err)
}

// locate adds to an error which item of a batch failed.
func (i *invocation) locate(n, of int, err error) error {
	if of == 1 {
		return err
	}
	_, first, _ := envelope.Parent(i.req.Path)
	return fmt.Errorf("item %d: %w", first+n, err)
}
