package lambdastep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/lokki/codec"
	"github.com/lokki-build/lokki/lokki/store"
)

// putValues stores the results of one invocation: a value, or one for each
// item of a batch. Finding them there is success: an earlier attempt's results
// may have been read already.
func (i *invocation) putValues(ctx context.Context, values [][]byte) error {
	defer i.stats.write.since(time.Now())
	err := fanout.WriteLines(ctx, i.store, i.keys.Output(i.req.Step, i.req.Path), values)
	switch {
	case errors.Is(err, store.ErrExists):
		return nil
	case err == nil && i.req.Last:
		i.value = values[0]
	}
	return stored("storing the result", err)
}

// putList stores a result that is mapped next, and says in the reply where.
func (i *invocation) putList(ctx context.Context, list any, reply *envelope.Reply) error {
	defer i.stats.write.since(time.Now())
	items, err := encodeItems(list)
	if err != nil {
		return failure.Name(failure.Request, fmt.Errorf("%s: %w", i.req.Step, err))
	}
	count, err := fanout.Store(ctx, i.store, i.listKeys(), i.req.Split, items)
	if err != nil {
		return stored("storing the list", err)
	}
	i.replyList(reply, count)
	return nil
}

// encodeItems encodes a list item by item: all of it as JSON is never in memory.
// What it yields is good until the next item.
func encodeItems(list any) (iter.Seq2[[]byte, error], error) {
	items := reflect.ValueOf(list)
	if items.Kind() != reflect.Slice {
		return nil, fmt.Errorf("the result is a %T, a map needs a list", list)
	}
	return func(yield func([]byte, error) bool) {
		var data bytes.Buffer // one for all: a million items would leave as many behind
		for n := range items.Len() {
			data.Reset()
			// The address, as an item that is copied into an interface is garbage too.
			err := codec.MarshalTo(&data, items.Index(n).Addr().Interface())
			if err != nil {
				err = failure.Name(failure.Encoding, fmt.Errorf("encoding item %d: %w", n, err))
			}
			if !yield(data.Bytes(), err) || err != nil {
				return
			}
		}
	}, nil
}

// earlier reports whether an earlier attempt stored the output, and completes
// the reply then.
func (i *invocation) earlier(ctx context.Context, reply *envelope.Reply) (bool, error) {
	defer i.stats.read.since(time.Now())
	var err error
	if i.req.Split > 0 {
		var count int
		if count, err = fanout.Resume(ctx, i.store, i.listKeys(), i.req.Split); err == nil {
			i.replyList(reply, count)
		}
	} else {
		_, err = i.store.Size(ctx, i.keys.Output(i.req.Step, i.req.Path))
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, stored("looking for the result of an earlier attempt", err)
}

func (i *invocation) replyList(reply *envelope.Reply, count int) {
	i.stats.items.Store(int64(count))
	reply.Count = &count
	reply.Items = i.listKeys().Batches
}

func (i *invocation) listKeys() fanout.Keys {
	return fanout.Keys{
		Items:   i.keys.Items(i.req.Step, i.req.Path),
		Batches: i.keys.Batches(i.req.Step, i.req.Path),
	}
}
