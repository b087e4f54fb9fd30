package lambdastep

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/inputs"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/store"
)

// argument decodes one argument into a pointer to the step's type.
type argument func(ctx context.Context, into any) error

// arguments returns the step's arguments: one, or one for each item of a batch.
func (i *invocation) arguments(ctx context.Context) ([]argument, error) {
	defer i.stats.read.since(time.Now())
	switch {
	case i.req.From == "":
		return i.startArgument()
	case i.req.Count != nil:
		return []argument{i.gather}, nil
	case i.req.Batch != nil:
		outer, _, _ := envelope.Parent(i.req.Path)
		i.stats.items.Store(int64(i.req.Batch.Count))
		return decodeAll(fanout.ReadBatch(ctx, i.store, i.keys.Items(i.req.From, outer), *i.req.Batch))
	}
	values, err := fanout.ReadLines(ctx, i.store, i.keys.Output(i.req.From, i.req.Path))
	if err == nil && i.req.Path == "" && len(values) != 1 {
		err = failure.Name(failure.Request, fmt.Errorf("%s holds %d values, want 1", i.keys.Output(i.req.From, ""), len(values)))
	}
	return decodeAll(values, err)
}

// startArgument merges the execution's input over the defaults.
func (i *invocation) startArgument() ([]argument, error) {
	data, err := inputs.Merge(i.req.Defaults, i.req.Input, i.step.In[0])
	if err != nil {
		return nil, failure.Name(failure.Input, fmt.Errorf("reading the execution's input: %w", err))
	}
	return decodeAll([][]byte{data}, nil)
}

// gather reads all results of a map into a slice, each as it arrives, without a
// second copy of the list.
func (i *invocation) gather(ctx context.Context, into any) error {
	list := reflect.ValueOf(into).Elem()
	if list.Kind() != reflect.Slice {
		return failure.Name(failure.Request, fmt.Errorf("%s takes %s, an aggregation gives a list", i.req.Step, list.Type()))
	}
	count := *i.req.Count
	list.Set(reflect.MakeSlice(list.Type(), count, count))
	found := make([]bool, count)
	output := func(first int) string { return i.keys.Output(i.req.From, envelope.Child(i.req.Path, first)) }
	item := func(n int, value []byte) error {
		found[n] = true
		// A user's decoder may panic, and this is another goroutine than the invocation's.
		return step.Protect(func() error { return decode(value, list.Index(n).Addr().Interface()) })
	}
	var missing int
	var err error
	if i.req.Tolerate > 0 {
		missing, err = fanout.GatherFound(ctx, i.store, count, i.req.BatchSize, output, item)
		if err == nil && missing > 0 {
			err = i.tolerate(ctx, found)
		}
	} else {
		err = fanout.Gather(ctx, i.store, count, i.req.BatchSize, output, item)
	}
	if err != nil {
		return wrapStorageErr("collecting the results of "+i.req.From+inItem(i.req.Path), err)
	}
	if missing > 0 {
		closeUp(list, found)
	}
	i.stats.items.Store(int64(count - missing))
	i.stats.missing.Store(int64(missing))
	return nil
}

// closeUp removes the elements that were not found.
func closeUp(list reflect.Value, found []bool) {
	kept := 0
	for n, ok := range found {
		if ok {
			list.Index(kept).Set(list.Index(n))
			kept++
		}
	}
	list.Slice(kept, len(found)).Clear()
	list.SetLen(kept)
}

// inItem describes the items of the outer maps that an invocation belongs to.
func inItem(path string) string {
	if path == "" {
		return ""
	}
	return " in item " + strings.TrimSuffix(path, "/")
}

// decodeAll makes each value an argument.
func decodeAll(values [][]byte, err error) ([]argument, error) {
	if err != nil {
		return nil, wrapStorageErr("fetching the argument", err)
	}
	args := make([]argument, len(values))
	for n := range values {
		args[n] = func(_ context.Context, into any) error {
			value := values[n]
			values[n] = nil // the step may need the memory
			return decode(value, into)
		}
	}
	return args, nil
}

func decode(value []byte, into any) error {
	return step.Undecoded(into, codec.Unmarshal(value, into))
}

// wrapStorageErr wraps an error of reading or writing values.
func wrapStorageErr(doing string, err error) error {
	if err == nil {
		return nil
	}
	var own *failure.Named
	var panic *step.PanicError
	if errors.As(err, &own) || errors.As(err, &panic) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	name := failure.Storage
	switch {
	case errors.Is(err, store.ErrNotFound):
		name = failure.Missing
	case misconfigured(err):
		name = failure.Configuration
	}
	return failure.Name(name, fmt.Errorf("%s: %w", doing, err))
}
