package lambdastep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/step/steptest"
)

type Throttled struct{ After int }

func (Throttled) Error() string { return "slow down" }

type Of[T any] struct{ error }

func TestErrorTypes(t *testing.T) {
	m := newMachine(t)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"plain":             {errors.New("x"), "errorString"},
		"own":               {Throttled{}, "Throttled"},
		"pointer":           {&Throttled{}, "Throttled"},
		"wrapped":           {fmt.Errorf("a: %w", fmt.Errorf("b: %w", Throttled{})), "Throttled"},
		"wrapped twice":     {fmt.Errorf("%w and %w", errors.New("x"), &Throttled{}), "Throttled"},
		"joined":            {errors.Join(errors.New("x"), fmt.Errorf("b: %w", Throttled{})), "Throttled"},
		"generic":           {Of[int]{errors.New("x")}, "Of"},
		"wrapped plain":     {fmt.Errorf("a: %w", errors.New("x")), "errorString"},
		"from a library":    {fmt.Errorf("opening: %w", &os.PathError{Op: "open", Err: os.ErrNotExist}), "PathError"},
		"a deadline within": {fmt.Errorf("calling: %w", context.DeadlineExceeded), "deadlineExceededError"},
	} {
		t.Run(name, func(t *testing.T) {
			f := func(context.Context, int) (int, error) { return 0, c.err }
			_, failure := call(m, f, envelope.Request{Step: "s", Defaults: []byte("1")})
			if failure == nil || failure.Type != c.want || failure.Message != c.err.Error() || failure.ShouldExit {
				t.Errorf("failure %+v, want type %s", failure, c.want)
			}
		})
	}
}

func TestMarkedErrors(t *testing.T) {
	permanent := func(err error) error { return &failure.Marked{Type: failure.Permanent, Err: err} }
	transient := func(err error) error { return &failure.Marked{Type: failure.Transient, Err: err} }
	for name, c := range map[string]struct {
		err           error
		kind, message string
	}{
		"plain":            {permanent(errors.New("x")), "Lokki.Permanent", "x"},
		"of a type":        {transient(&Throttled{}), "Lokki.Transient", "Throttled: slow down"},
		"of a wrapped one": {permanent(fmt.Errorf("a: %w", Throttled{})), "Lokki.Permanent", "Throttled: a: slow down"},
		"then wrapped":     {fmt.Errorf("a: %w", transient(Throttled{})), "Lokki.Transient", "Throttled: a: slow down"},
		"hidden":           {Of[int]{fmt.Errorf("a: %w", transient(Throttled{}))}, "Of", "a: slow down"},
		"in one that says": {&os.PathError{Op: "open", Path: "p", Err: permanent(Throttled{})}, "Lokki.Permanent", "Throttled: open p: slow down"},
		"twice":            {permanent(transient(Throttled{})), "Lokki.Permanent", "Throttled: slow down"},
		"joined":           {errors.Join(errors.New("x"), permanent(Throttled{})), "Lokki.Permanent", "Throttled: x\nslow down"},
		"long":             {permanent(errors.New(strings.Repeat("x", 2*failure.MaxText))), "Lokki.Permanent", strings.Repeat("x", failure.MaxText) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			f := func(context.Context, int) (int, error) { return 0, c.err }
			_, got := call(newMachine(t), f, envelope.Request{Step: "s", Defaults: []byte("1")})
			if got == nil || got.Type != c.kind || got.Message != c.message {
				t.Errorf("failure %+v, want %s: %s", got, c.kind, c.message)
			}
		})
	}
}

func TestLokkisOwnErrors(t *testing.T) {
	one, two := 1, 2
	ok := func(_ context.Context, n int) (int, error) { return n, nil }
	for name, c := range map[string]struct {
		run  func(m *machine) *messages.InvokeResponse_Error
		kind string
		text string
	}{
		"missing value": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, ok, envelope.Request{Step: "s", From: "before"})
			return f
		}, "Lokki.MissingValue", "lokki/test-flow/run-1/before/output.json.gz"},
		"missing result of an inner item": {func(m *machine) *messages.InvokeResponse_Error {
			must(m, text, envelope.Request{Step: "before", Path: "3/17/0/", Defaults: []byte("1")})
			_, f := call(m, join, envelope.Request{Step: "s", Path: "3/17/", From: "before", Count: &two})
			return f
		}, "Lokki.MissingValue", "collecting the results of before in item 3/17: item 1 has no output: reading lokki/test-flow/run-1/before/3/17/1/output.json.gz"},
		"missing result of an item": {func(m *machine) *messages.InvokeResponse_Error {
			must(m, text, envelope.Request{Step: "before", Path: "0/", Defaults: []byte("1")})
			_, f := call(m, join, envelope.Request{Step: "s", From: "before", Count: &two})
			return f
		}, "Lokki.MissingValue", "item 1 has no output"},
		"wrong type": {func(m *machine) *messages.InvokeResponse_Error {
			must(m, ok, envelope.Request{Step: "before", Defaults: []byte("1")})
			_, f := call(m, join, envelope.Request{Step: "s", From: "before"})
			return f
		}, "Lokki.Decoding", "decoding the argument"},
		"wrong type of an item": {func(m *machine) *messages.InvokeResponse_Error {
			must(m, ok, envelope.Request{Step: "before", Path: "0/", Defaults: []byte("1")})
			_, f := call(m, join, envelope.Request{Step: "s", From: "before", Count: &one})
			return f
		}, "Lokki.Decoding", "item 0"},
		"not a list in": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, ok, envelope.Request{Step: "s", From: "before", Count: &one})
			return f
		}, "Lokki.InvalidRequest", "an aggregation gives a list"},
		"not a list out": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, ok, envelope.Request{Step: "s", Defaults: []byte("1"), Split: 1})
			return f
		}, "Lokki.InvalidRequest", "a map needs a list"},
		"result that can't be stored": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, func(context.Context, int) (any, error) { return make(chan int), nil }, envelope.Request{Step: "s", Defaults: []byte("1")})
			return f
		}, "Lokki.Encoding", "chan int"},
		"item that can't be stored": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, func(context.Context, int) ([]any, error) { return []any{1, make(chan int)}, nil }, envelope.Request{Step: "s", Defaults: []byte("1"), Split: 1})
			return f
		}, "Lokki.Encoding", "item 1"},
		"panic": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, panics, envelope.Request{Step: "s", Defaults: []byte("1")})
			return f
		}, "Lokki.Panic", "panic: runtime error: index out of range [1] with length 0"},
		"panic of a decoder": {func(m *machine) *messages.InvokeResponse_Error {
			must(m, ok, envelope.Request{Step: "before", Path: "0/", Defaults: []byte("1")})
			_, f := call(m, func(context.Context, []bomb) (int, error) { return 0, nil }, envelope.Request{Step: "s", From: "before", Count: &one})
			return f
		}, "Lokki.Panic", "panic: bomb"},
		"panic of an item's encoder": {func(m *machine) *messages.InvokeResponse_Error {
			_, f := call(m, func(context.Context, int) ([]bomb, error) { return make([]bomb, 1), nil }, envelope.Request{Step: "s", Defaults: []byte("1"), Split: 1})
			return f
		}, "Lokki.Panic", "panic: bomb"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.run(newMachine(t))
			if f == nil || f.Type != c.kind || !strings.Contains(f.Message, c.text) {
				t.Errorf("failure %+v, want %s with %q", f, c.kind, c.text)
			}
			if f != nil && f.Type == "Lokki.Panic" && len(f.StackTrace) == 0 {
				t.Error("no stack")
			}
		})
	}
}

type bomb struct{}

func (bomb) MarshalJSON() ([]byte, error) { panic("bomb") }
func (*bomb) UnmarshalJSON([]byte) error  { panic("bomb") }

func panics(_ context.Context, n int) (int, error) { return []int{}[n], nil }

func TestAPanicsStackBeginsWhereItHappened(t *testing.T) {
	_, f := call(newMachine(t), panics, envelope.Request{Step: "s", Defaults: []byte("1")})
	if f == nil || len(f.StackTrace) == 0 {
		t.Fatalf("failure %+v", f)
	}
	top := f.StackTrace[0]
	if !strings.HasSuffix(top.Label, "lambdastep.panics") || filepath.Base(top.Path) != "errors_test.go" {
		t.Errorf("the stack begins at %+v", top)
	}
}

// TestOddFailures is the Lambda's part of the contract; the local run has a test of
// the same name.
func TestOddFailures(t *testing.T) {
	for name, c := range steptest.All {
		t.Run(name, func(t *testing.T) {
			f := func(context.Context, int) (int, error) { return 0, c.End() }
			_, got := call(newMachine(t), f, envelope.Request{Step: "s", Defaults: []byte("1")})
			if got == nil || got.Type != c.Type || !strings.Contains(got.Message, c.Text) || len(got.Message) > failure.MaxText+len("…") {
				t.Errorf("failure %+v, want %s: %s", got, c.Type, c.Text)
			}
			if strings.HasPrefix(name, "panic") && got != nil && !strings.HasPrefix(got.Message, "panic: ") {
				t.Errorf("got %q, want the panic first", got.Message)
			}
		})
	}
}
