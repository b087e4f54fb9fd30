package lambdastep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store"
)

// putValues stores the results of one invocation: a value, or one for each item of
// a batch. If they exist, that is success: an earlier attempt's results may have
// been read already.
func (i *invocation) putValues(ctx context.Context, values [][]byte) error {
	defer i.stats.write.since(time.Now())
	err := fanout.WriteLines(ctx, i.store, i.keys.Output(i.req.Step, i.req.Path), values)
	switch {
	case errors.Is(err, store.ErrExists):
		return nil
	case err == nil && i.req.Last:
		i.value = values[0]
	}
	return wrapStorageErr("storing the result", err)
}

// putList stores a list that the next map takes, and adds its location to the reply.
func (i *invocation) putList(ctx context.Context, list any, reply *envelope.Reply) error {
	defer i.stats.write.since(time.Now())
	items, err := encodeItems(list)
	if err != nil {
		return failure.Name(failure.Request, fmt.Errorf("%s: %w", i.req.Step, err))
	}
	count, err := fanout.Store(ctx, i.store, i.listKeys(), i.req.Split, items)
	if err != nil {
		return wrapStorageErr("storing the list", err)
	}
	i.replyList(reply, count)
	return nil
}

// encodeItems encodes a list item by item, so that its JSON is never in memory as a
// whole. What it yields is valid until the next item.
func encodeItems(list any) (iter.Seq2[[]byte, error], error) {
	items := reflect.ValueOf(list)
	if items.Kind() != reflect.Slice {
		return nil, fmt.Errorf("the result is a %T, a map needs a list", list)
	}
	return func(yield func([]byte, error) bool) {
		var data bytes.Buffer // shared: a million items would otherwise allocate as many
		for n := range items.Len() {
			data.Reset()
			// By address, since copying an item into an interface would allocate too.
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

// earlier reports whether an earlier attempt stored the output, and if so completes
// the reply.
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
	return err == nil, wrapStorageErr("looking for the result of an earlier attempt", err)
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
