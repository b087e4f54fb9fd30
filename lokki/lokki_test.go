package lokki_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
)

func names[T any](t *testing.T, flow lokki.Flow[T]) string {
	t.Helper()
	built, err := chain.Build(flow)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, n := range built.Plan.Steps {
		all = append(all, n.Name)
	}
	return strings.Join(all, " ")
}

// TestFlowsAtTheSameTime makes flows from one helper in many goroutines. Each
// call has its own start, so none sees another's steps.
func TestFlowsAtTheSameTime(t *testing.T) {
	front := func() lokki.Value[lokki.Each[lokki.Top], string] {
		return lokki.Map(lokki.Start(GetBirds, Input{Count: 3}), FlapBird)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			loud := lokki.Then(front(), Shout)
			if got, want := names(t, lokki.Agg(lokki.Then(loud, Shout), CountAll)), "get-birds flap-bird shout shout-2 count-all"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			flow := lokki.Agg(front(), CountAll)
			for range 2 {
				if got, want := names(t, flow), "get-birds flap-bird count-all"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	all.Wait()
}

// TestDefaultsAreCopied changes a value after Start has taken it.
func TestDefaultsAreCopied(t *testing.T) {
	birds := []string{"goose"}
	flow := lokki.Start(CountAll, birds)
	birds[0] = "duck"
	if got := string(chain.NodeOf(flow).Defaults); got != `["goose"]` {
		t.Errorf("got %s", got)
	}
}

type bytesLike []byte

type forms []string

func (forms) MarshalText() ([]byte, error)  { return nil, nil }
func (*forms) UnmarshalText(b []byte) error { return nil }

func ListBytes(ctx context.Context, n int) (bytesLike, error)   { return nil, nil }
func OneByte(ctx context.Context, b byte) (byte, error)         { return b, nil }
func ManyBytes(ctx context.Context, b []byte) (forms, error)    { return nil, nil }
func Open(ctx context.Context, s string) (chan int, error)      { return nil, nil }
func Close(ctx context.Context, c chan int) (string, error)     { return "", nil }
func Fail(ctx context.Context, f func()) (error, error)         { return nil, nil }
func Any(ctx context.Context, v any) (string, error)            { return "", nil }
func JoinForms(ctx context.Context, f []string) (string, error) { return "", nil }

// BrokenFlow gives its nil step a type, since nil doesn't say what it returns.
func BrokenFlow() lokki.Flow[string] {
	bytes := lokki.Start(ListBytes, 1)
	forms := lokki.Agg(lokki.Map(bytes, OneByte), ManyBytes)
	joined := lokki.Agg(lokki.Map(forms, FlapBird), JoinForms)
	opened := lokki.Then(joined, Open)
	closed := lokki.Then(opened, Close)
	return lokki.Then[lokki.Top, string, string](closed, nil)
}

func BadStartFlow() lokki.Flow[error]  { return lokki.Start(Fail, nil) }
func DefaultsFlow() lokki.Flow[string] { return lokki.Start[any](Any, any(func() {})) }

// TestValidateReportsAllAtOnce checks each problem, in the order of the calls.
func TestValidateReportsAllAtOnce(t *testing.T) {
	position := regexp.MustCompile(`(?m)^[^\n:]*lokki_test\.go:\d+: `)
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"several": {lokki.Validate(BrokenFlow()), []string{
			"step one-byte: lokki_test.bytesLike is not stored as a list of items\nhint: return a plain slice, such as []string, of a type other than byte",
			"step many-bytes: []uint8 is not stored as a list of items\nhint: let the steps of the map return a type other than byte",
			"step flap-bird: lokki_test.forms is not stored as a list of items\nhint: return a plain slice, such as []string, of a type other than byte",
			"step open: its result type chan int can't be stored: the value is a chan int",
			"step then: it is nil\nhint: pass the name of a top-level function",
		}},
		"start": {lokki.Validate(BadStartFlow()), []string{
			"step fail: its argument type func() can't be stored: the value is a func()",
			"step fail: its result type error can't be stored: error is the interface error",
		}},
		"defaults": {lokki.Validate(DefaultsFlow()), []string{"step any: its defaults can't be stored: "}},
		"mapped":   {lokki.Validate(lokki.Then(lokki.Flow[string]{}, Shout)), []string{"the chain does not begin with lokki.Start\nhint: "}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.err == nil {
				t.Fatal("no error")
			}
			got := position.Split(c.err.Error(), -1)[1:]
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("got  %d: %q\nwant %d: %q", len(got), got, len(c.want), c.want)
			}
		})
	}
	if err := lokki.Validate(lokki.Flow[int]{}); err == nil || !strings.HasPrefix(err.Error(), "the flow has no steps") {
		t.Errorf("the zero value: got %v", err)
	}
}

func ExampleValue() {
	birds := lokki.Start(GetBirds, Input{Count: 1}) // inside no map
	flapped := lokki.Map(birds, FlapBird)           // inside one
	fmt.Printf("%T\n%T\n", birds, flapped)
	// Output:
	// lokki.Value[github.com/lokki-build/lokki/lokki.Top,[]string]
	// lokki.Value[github.com/lokki-build/lokki/lokki.Each[github.com/lokki-build/lokki/lokki.Top],string]
}
