package runner

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/lokki"
)

// Odd is an item whose methods fail or panic for some values.
type Odd int

var errOdd = errors.New("odd")

func (o Odd) MarshalText() ([]byte, error) {
	switch {
	case o == refusedByEncoder:
		return nil, errOdd
	case o == panicsInEncoder:
		panic("odd")
	}
	return strconv.AppendInt(nil, int64(o), 10), nil
}

func (o *Odd) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	*o = Odd(n)
	if *o == refusedByDecoder {
		return errOdd
	}
	return err
}

const refusedByEncoder, panicsInEncoder, refusedByDecoder = -1, -2, -3

// Long lists many items, including the given one.
func Long(ctx context.Context, one int) ([]Odd, error) {
	list := make([]Odd, 10_000)
	for i := range list {
		list[i] = Odd(i)
	}
	list[7_000] = Odd(one)
	return list, nil
}
func PassOdd(ctx context.Context, o Odd) (Odd, error)      { return o, nil }
func PassOdds(ctx context.Context, l []Odd) ([]Odd, error) { return l, nil }
func LongFlow() lokki.Flow[[]Odd]                          { return longMap(PassOdd) }
func longMap(step func(context.Context, Odd) (Odd, error)) lokki.Flow[[]Odd] {
	return lokki.Agg(lokki.Map(lokki.Start(Long, 7_000), step), PassOdds)
}

// TestLongLists has lists that are passed in parts.
func TestLongLists(t *testing.T) {
	want, _ := Long(t.Context(), 7_000)
	check(t, LongFlow(), ``, want)
	cache := &memoryCache{values: map[string][][]byte{}}
	flow, err := chain.Build(LongFlow())
	if err != nil {
		t.Fatal(err)
	}
	var calls Recorder
	got, err := execute(t.Context(), flow, Options{Concurrency: 3, OnCall: calls.Record}, cache, []byte(`7000`))
	encoded, _ := codec.Marshal(want)
	if err != nil || !bytes.Equal(got, encoded) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if !bytes.Equal(cache.values["0 []"][0], encoded) || !bytes.Equal(calls.Calls("long")[0].Output, encoded) || !bytes.Equal(calls.Calls("pass-odds")[0].Input, encoded) {
		t.Error("a list is not what it would be in one piece")
	}
	for input, want := range map[string]string{
		`-1`: "encoding the result, a []runner.Odd: encoding []runner.Odd: [7000]: ",
		`-2`: "step long (github.com/lokki-build/lokki/runner.Long): panic: odd\n\ngoroutine ",
		`-3`: "step pass-odd[7000] (github.com/lokki-build/lokki/runner.PassOdd): decoding the argument, a runner.Odd: ",
	} {
		for _, concurrency := range []int{1, 4} {
			if _, err := Run(t.Context(), LongFlow(), Options{Input: []byte(input), Concurrency: concurrency}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", input, err, want)
			}
		}
	}
}

// TestLongListsThatDoNotFit has an aggregation that can't decode one result.
func TestLongListsThatDoNotFit(t *testing.T) {
	flow := longMap(Refuse)
	want := "decoding the argument, a []runner.Odd: decoding []runner.Odd: [5000]: "
	if _, err := Run(t.Context(), flow, Options{Concurrency: 4}); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, errOdd) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Refuse turns one item into a value that can't be decoded.
func Refuse(ctx context.Context, o Odd) (Odd, error) {
	if o == 5000 {
		return refusedByDecoder, nil
	}
	return o, nil
}
