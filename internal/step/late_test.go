package step

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

func TestLate(t *testing.T) {
	ended, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	exceeded := fmt.Errorf("waiting: %w", context.DeadlineExceeded)
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want bool
	}{
		"of its context":      {ended, exceeded, true},
		"of another context":  {t.Context(), exceeded, false},
		"another error":       {ended, errors.New("boom"), false},
		"abandoned":           {t.Context(), failure.ErrAbandoned, true},
		"marked":              {ended, &failure.Marked{Type: failure.Permanent, Err: exceeded}, false},
		"panicked with it":    {ended, &PanicError{Value: exceeded}, false},
		"already named":       {ended, failure.Name(failure.StepTimeout, exceeded), false},
		"canceled, not ended": {ended, context.Canceled, false},
	} {
		if got := Late(c.ctx, c.err); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

type addend struct{}

// begin is called once the arguments are decoded, and not if they can't be.
func TestRun(t *testing.T) {
	s := Of(func(ctx context.Context, n int) (int, error) { return n + ctx.Value(addend{}).(int), nil })
	if want := []reflect.Type{reflect.TypeFor[int]()}; !reflect.DeepEqual(s.In, want) {
		t.Errorf("got %v", s.In)
	}
	var order []string
	begin := func() context.Context {
		order = append(order, "begin")
		return context.WithValue(t.Context(), addend{}, 40)
	}
	load := func(into any) error { order = append(order, "load"); *into.(*int) = 2; return nil }
	if out, err := s.Run([]Argument{load}, begin); err != nil || out != 42 || !reflect.DeepEqual(order, []string{"load", "begin"}) {
		t.Errorf("got %v, %v, %v", out, err, order)
	}
	order = nil
	boom := errors.New("boom")
	if _, err := s.Run([]Argument{func(any) error { return boom }}, begin); err != boom || order != nil {
		t.Errorf("got %v, %v", err, order)
	}
	for _, args := range [][]Argument{nil, {load, load}} {
		if _, err := s.Run(args, begin); failure.Type(err) != failure.Request || order != nil {
			t.Errorf("%d arguments: got %v, %v", len(args), err, order)
		}
	}
}
