package lambdastep

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// TestValuesArriveWhole passes values from Lambda to Lambda that JSON easily
// damages, with a duration as a person would write it.
func TestValuesArriveWhole(t *testing.T) {
	m := newMachine(t)
	defaults := []byte(`{"every":1000000000,"count":3}`)
	reply := must(m, lokkitest.TakeReadings, envelope.Request{Step: "take-readings", Defaults: defaults, Input: []byte(`{"every":"5m"}`), Split: 2})
	for _, b := range m.batches(reply) {
		must(m, lokkitest.CheckReading, envelope.Request{Step: "check-reading", Path: envelope.Child("", b.Index), From: "take-readings", Batch: &b})
	}
	must(m, lokkitest.CheckReadings, envelope.Request{Step: "check-readings", From: "check-reading", Count: reply.Count, BatchSize: 2})
	var got []lokkitest.Reading
	if err := codec.Unmarshal([]byte(m.values("check-readings", "")[0]), &got); err != nil {
		t.Fatal(err)
	}
	for n, r := range got {
		if want := lokkitest.ReadingOf(n, 5*time.Minute); !reflect.DeepEqual(r, want) {
			t.Errorf("reading %d is %+v, want %+v", n, r, want)
		}
	}
	if len(got) != 3 {
		t.Errorf("got %d readings, want 3", len(got))
	}
}

// TestErrorsAreWithoutTheInput: what AWS logs names the place but not the value.
func TestErrorsAreWithoutTheInput(t *testing.T) {
	for input, want := range map[string]string{
		`{"every":"secret"}`:           "every: want a duration",
		`{"every":1,"count":"secret"}`: "count: want a whole number, got a string of length 6",
	} {
		_, failure := call(newMachine(t), lokkitest.TakeReadings, envelope.Request{Step: "take-readings", Defaults: []byte(`{}`), Input: []byte(input)})
		if failure == nil || !strings.Contains(failure.Message, want) || strings.Contains(failure.Message, "secret") {
			t.Errorf("%s: got %+v, want %q", input, failure, want)
		}
	}
}
