package step

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

func TestAfterEachEndOfACallThereIsAnother(t *testing.T) {
	var c Caller
	defer c.Close()
	want := errors.New("of the step")
	for i, each := range []struct {
		call func() error
		ok   func(error) bool
	}{
		{func() error { return nil }, func(err error) bool { return err == nil }},
		{func() error { return want }, func(err error) bool { return err == want }},
		{func() error { panic("on purpose") }, func(err error) bool { return errors.As(err, new(*PanicError)) }},
		{func() error { runtime.Goexit(); return nil }, func(err error) bool { return err == failure.Goexit }},
		{func() error { return nil }, func(err error) bool { return err == nil }},
	} {
		if err := c.Call(nil, each.call); !each.ok(err) {
			t.Errorf("call %d: got %v", i, err)
		}
	}
	release := make(chan struct{})
	defer close(release)
	late := make(chan time.Time, 1)
	late <- time.Now()
	if err := c.Call(late, func() error { <-release; return want }); err != failure.ErrAbandoned {
		t.Errorf("got %v, want that it was given up", err)
	}
	if err := c.Call(nil, func() error { return nil }); err != nil {
		t.Errorf("after one that was given up: %v", err)
	}
}
