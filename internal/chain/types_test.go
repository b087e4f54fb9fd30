package chain

import (
	"context"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/lokki/codec"
	"github.com/lokki-build/lokki/lokki/graph"
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
func (words) MarshalJSON() ([]byte, error)     { return []byte(`"a b"`), nil }

func Result(ctx context.Context, in result) (time.Time, error) { return time.Time{}, nil }

// TestTypes has the problems of a type in the order of its fields, each with
// its path.
func TestTypes(t *testing.T) {
	n := New(nil, graph.Start, Result, Caller(0))
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

// TestStoredAsList asks the codec: a list has to become an array.
func TestStoredAsList(t *testing.T) {
	for _, v := range []any{
		[]int{1}, []byte{1}, []letter{1}, []written{'a'}, words{"a"}, []words{{"a"}}, []any{1}, []uint8{1}, []int8{1},
		json.RawMessage(`[1]`), [][]byte{{1}}, []time.Time{{}}, []netip.Addr{{}}, []*string{nil},
	} {
		data, err := codec.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		// A raw message may be an array, but does not have to.
		want := data[0] == '[' && reflect.TypeOf(v) != reflect.TypeFor[json.RawMessage]()
		if got := storedAsList(reflect.TypeOf(v)); got != want {
			t.Errorf("%T is stored as %s: got %v", v, data, got)
		}
	}
}
