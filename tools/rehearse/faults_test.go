package rehearse

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/lambdahost"
)

func TestParseCall(t *testing.T) {
	for text, want := range map[string]Call{
		"flap-bird":         {Step: "flap-bird"},
		"flap-bird@3":       {Step: "flap-bird", Index: []int{3}},
		"count-word@2/17":   {Step: "count-word", Index: []int{2, 17}},
		"count-word@2/17/":  {Step: "count-word", Index: []int{2, 17}},
		"count-word@2/17:1": {Step: "count-word", Index: []int{2, 17}, Times: 1},
		"flap-bird:2":       {Step: "flap-bird", Times: 2},

		"flap-bird=Throttled":               {Step: "flap-bird", Error: "Throttled"},
		"flap-bird@3:2=Throttled":           {Step: "flap-bird", Index: []int{3}, Times: 2, Error: "Throttled"},
		"flap-bird=States.Timeout":          {Step: "flap-bird", Error: "States.Timeout"},
		"flap-bird=Lambda.ServiceException": {Step: "flap-bird", Error: "Lambda.ServiceException"},
	} {
		got, err := ParseCall(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
		if strings.TrimSuffix(strings.Replace(text, "/:", ":", 1), "/") != got.String() {
			t.Errorf("%s: written as %s", text, got)
		}
	}
	for _, spelled := range []string{"*Throttled", "birds.Throttled", "*birds.Throttled", "*example.com/sky/birds.Throttled", "*birds.Throttled[int]"} {
		if got, err := ParseCall("flap-bird=" + spelled); err != nil || got.Error != "Throttled" {
			t.Errorf("%s: got %+v, %v", spelled, got, err)
		}
	}
	for text, want := range map[string]string{
		"flap-bird=":       `"" is not the name of a type`,
		"flap-bird=a b":    `"a b" is not the name of a type`,
		"flap-bird=:2":     `":2" is not the name of a type`,
		"flap-bird=birds.": `"birds." is not the name of a type`,
		"":                 "no step",
		"@3":               "no step",
		"flap-bird@":       `"" is not the index`,
		"flap-bird@-1":     `"-1" is not the index`,
		"flap-bird@x":      `"x" is not the index`,
		"flap-bird:0":      `"0" is not a number of attempts`,
	} {
		if _, err := ParseCall(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "\nhint: ") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestCallsThatAFlowCantMake(t *testing.T) {
	g := flowtest.Chain("Birds", "start GetBirds", "map FlapBird", "agg JoinBirds")
	for text, want := range map[string]string{
		"get-birds": "", "flap-bird@7": "", "flap-bird": "", "join-birds:2": "",
		"flap-brid":     `"flap-brid": birds has no step of this name` + "\n" + `hint: did you mean "flap-bird"?`,
		"swim:1":        `"swim:1": birds has no step of this name` + "\nhint: the steps are get-birds, flap-bird, join-birds",
		"get-birds@1":   `"get-birds@1": get-birds is in 0 maps, but the index has 1`,
		"flap-bird@1/2": `"flap-bird@1/2": flap-bird is in 1 map, but the index has 2`,
	} {
		call, err := ParseCall(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := (Faults{Fail: []Call{call}}).check(g); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// items returns how many items a request is for, in a map with batches of 8.
func items(r envelope.Request) int {
	if r.Batch != nil {
		return r.Batch.Count
	}
	if r.Step == "sing" {
		return 8
	}
	return 1
}

// outcome returns the type of error that an invocation ends with, or "".
func outcome(t *testing.T, f Faults, r envelope.Request) string {
	t.Helper()
	payload, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.around(func(ctx context.Context, _ string, _ []byte) (lambdahost.Result, error) {
		return lambdahost.Result{}, nil
	}, items, func(string) {})(t.Context(), "arn", payload)
	if err != nil {
		t.Fatal(err)
	}
	if got.Failure == nil {
		return ""
	}
	return got.Failure.Type
}

func TestFailMeetsTheCallOnly(t *testing.T) {
	f := Faults{Fail: []Call{{Step: "flap", Index: []int{2, 17}, Times: 2}, {Step: "sing", Index: []int{2, 17}}, {Step: "join"}}}
	for _, c := range []struct {
		request envelope.Request
		want    bool
	}{
		{envelope.Request{Step: "flap", Path: "2/17/"}, true},
		{envelope.Request{Step: "flap", Path: "2/17/", Attempt: 1}, true},
		{envelope.Request{Step: "flap", Path: "2/17/", Attempt: 2}, false},
		{envelope.Request{Step: "flap", Path: "2/10/", Batch: &envelope.Batch{Index: 10, Count: 8}}, true},
		{envelope.Request{Step: "flap", Path: "2/10/", Batch: &envelope.Batch{Index: 10, Count: 7}}, false},
		{envelope.Request{Step: "flap", Path: "2/18/", Batch: &envelope.Batch{Index: 18, Count: 8}}, false},
		{envelope.Request{Step: "flap", Path: "3/17/"}, false},
		{envelope.Request{Step: "flap", Path: "17/"}, false},
		{envelope.Request{Step: "flap"}, false},
		{envelope.Request{Step: "flop", Path: "2/17/"}, false},
		{envelope.Request{Step: "sing", Path: "2/16/"}, true},
		{envelope.Request{Step: "sing", Path: "2/10/"}, true},
		{envelope.Request{Step: "sing", Path: "2/9/"}, false},
		{envelope.Request{Step: "sing", Path: "2/18/"}, false},
		{envelope.Request{Step: "join", Path: "5/", Attempt: 9}, true},
	} {
		if got := outcome(t, f, c.request) == "errorString"; got != c.want {
			t.Errorf("%+v: %v, want %v", c.request, got, c.want)
		}
	}
}

func TestSharesAreMetAndDoNotDependOnTheOrder(t *testing.T) {
	const n = 4000
	for _, c := range []struct {
		faults Faults
		kind   string
	}{
		{Faults{FailRate: 0.1}, "Lokki.Transient"},
		{Faults{Throttle: 0.25}, "Lambda.TooManyRequestsException"},
		{Faults{Kill: 0.01}, "Lambda.ServiceException"},
	} {
		met := map[int]bool{}
		for i := range n {
			r := envelope.Request{Step: "flap", Path: envelope.Child("", i)}
			if got := outcome(t, c.faults, r); got == c.kind {
				met[i] = true
			} else if got != "" {
				t.Fatalf("got %s", got)
			}
		}
		share := c.faults.FailRate + c.faults.Throttle + c.faults.Kill
		if got := float64(len(met)) / n; math.Abs(got-share) > 0.02 {
			t.Errorf("%+v meets %v of all", c.faults, got)
		}
		for i := n - 1; i >= 0; i -= 100 {
			if again := outcome(t, c.faults, envelope.Request{Step: "flap", Path: envelope.Child("", i)}) != ""; again != met[i] {
				t.Errorf("%+v: %d was %v and is %v", c.faults, i, met[i], again)
			}
		}
	}
}

// TestCrowded has three invocations under way in an account that allows two.
func TestCrowded(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	met := ""
	invoke := Faults{Lambdas: 2}.crowded(func(context.Context, string, []byte) (lambdahost.Result, error) {
		begun <- struct{}{}
		<-end
		return lambdahost.Result{}, nil
	}, func(flag string) { met = flag })
	call := func() *lambdahost.Failure {
		r, err := invoke(t.Context(), "arn", nil)
		if err != nil {
			t.Error(err)
		}
		return r.Failure
	}
	var all sync.WaitGroup
	busy := func() {
		all.Go(func() {
			if f := call(); f != nil {
				t.Errorf("a call that finds a Lambda: %v", f)
			}
		})
		<-begun
	}
	busy()
	busy()
	if f := call(); f == nil || f.Type != "Lambda.TooManyRequestsException" || met != "--lambdas 2" {
		t.Errorf("the third call: %v, met %q", f, met)
	}
	end <- struct{}{}
	end <- struct{}{}
	all.Wait()
	busy()
	end <- struct{}{}
	all.Wait()
}

func TestFaultsOutOfRange(t *testing.T) {
	err := Faults{FailRate: 1.1, Throttle: -1, Kill: math.NaN(), S3Errors: 2, Slow: -time.Second, Lambdas: -3}.validate()
	for _, want := range []string{"fail rate 1.1: want", "throttle -1: want", "kill NaN: want", "S3 errors 2: want", "slow -1s: want", "lambdas -3: want"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := (Faults{FailRate: 1}).validate(); err != nil {
		t.Error(err)
	}
}
