package chain

import (
	"context"
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
)

type (
	row    struct{ Fn func() }
	result struct {
		Rows []row
		Next *result
		Err  error
	}
	letter  byte
	written byte
	words   []string
)

func (w written) MarshalText() ([]byte, error) { return []byte{byte(w)}, nil }
func (w *written) UnmarshalText([]byte) error  { return nil }
func (words) MarshalJSON() ([]byte, error)     { return []byte(`"a b"`), nil }
func (*words) UnmarshalJSON([]byte) error      { return nil }

func Result(ctx context.Context, in result) (time.Time, error) { return time.Time{}, nil }

// TestTypes expects the problems of a type in the order of its fields, each with
// its path.
func TestTypes(t *testing.T) {
	n := New(nil, Start, Result, Caller(0))
	n.SetDefaults(result{})
	_, err := Build(n)
	if err == nil {
		t.Fatal("no problem was found")
	}
	first := "types_test.go:"
	var problems []string
	for _, line := range strings.Split(err.Error(), "\n") {
		if strings.Contains(line, first) {
			_, line, _ = strings.Cut(line, ": ")
			problems = append(problems, line)
		} else if !strings.HasPrefix(line, "hint: ") {
			t.Errorf("neither a problem nor a hint: %s", line)
		}
	}
	for i, want := range []string{"result.Rows[].Fn is a func()", "result.Err is the interface error"} {
		want = "step result: its argument type chain.result can't be stored: " + want
		if len(problems) != 2 || !strings.HasPrefix(problems[i], want) {
			t.Errorf("got %q, want %q as number %d", problems, want, i)
		}
	}
}

type (
	base   struct{ ID int }
	hiding struct {
		base
		ID string
	}
	noted struct {
		time.Time
		Note string
	}
	locked struct {
		Name string
		mu   sync.Mutex
	}
	kept struct {
		Tags []string `json:",omitempty"`
		At   struct{ time.Time }
		mu   *sync.Mutex `json:"-"`
		base `json:"base"`
	}
)

func Promoted(ctx context.Context, in noted) (hiding, error) { return hiding{}, nil }
func Locked(ctx context.Context, in map[string]*locked) (atomic.Int64, error) {
	for _, l := range in {
		l.mu.Lock()
	}
	return atomic.Int64{}, nil
}

func Floats(ctx context.Context, in *big.Float) (*[]string, error) { return nil, nil }
func Kept(ctx context.Context, in kept) ([]kept, error) {
	in.mu.Lock()
	return []kept{in}, nil
}

// TestLossyTypes: types that JSON would not keep are refused where the flow uses
// the step.
func TestLossyTypes(t *testing.T) {
	refused := func(n *Node, want ...string) {
		t.Helper()
		_, err := Build(n)
		for _, want := range want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v\nwant …%s", err, want)
			}
		}
		if err != nil && strings.Count(err.Error(), "types_test.go:") != strings.Count(err.Error(), "\nhint: ") {
			t.Errorf("a problem without a position or a hint: %v", err)
		}
	}
	n := New(nil, Start, Promoted, Caller(0))
	n.SetDefaults(noted{})
	refused(n, "step promoted: its argument type chain.noted can't be stored: noted has MarshalJSON of its embedded field Time, which drops the field Note\nhint: ",
		`step promoted: its result type chain.hiding can't be stored: hiding.ID and hiding.base.ID are both "ID" in JSON`)
	n = New(nil, Start, Locked, Caller(0))
	n.SetDefaults(map[string]*locked{})
	refused(n, "its argument type map[string]*chain.locked can't be stored: [].mu is unexported and would be lost\nhint: export it",
		"its result type atomic.Int64 can't be stored: Int64 is a atomic.Int64, which has no exported fields")
	n = New(nil, Start, Floats, Caller(0))
	n.SetDefaults((*big.Float)(nil))
	refused(n, "its argument type *big.Float can't be stored: the value is a big.Float",
		"its result type *[]string can't be stored: JSON can't tell a pointer to nil from nil\nhint: use []string itself")

	n = New(nil, Start, Kept, Caller(0))
	n.SetDefaults(kept{Tags: []string{}})
	if _, err := Build(n); err != nil {
		t.Error(err)
	}
}

// TestStoredAsList compares with the codec: a list must become an array.
func TestStoredAsList(t *testing.T) {
	for _, v := range []any{
		[]int{1}, []byte{1}, []letter{1}, []written{'a'}, words{"a"}, []words{{"a"}}, []any{1}, []uint8{1}, []int8{1},
		json.RawMessage(`[1]`), [][]byte{{1}}, []time.Time{{}}, []netip.Addr{{}}, []*string{nil},
	} {
		data, err := codec.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		// A raw message may be an array, but need not be.
		want := data[0] == '[' && reflect.TypeOf(v) != reflect.TypeFor[json.RawMessage]()
		if got := storedAsList(reflect.TypeOf(v)); got != want {
			t.Errorf("%T is stored as %s: got %v", v, data, got)
		}
	}
}
