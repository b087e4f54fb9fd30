package lokki_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki"
)

type busy interface {
	error
	Busy() bool
}

// options builds a flow with options on its start and on its map, and returns
// the options of both as JSON, or what is wrong with them.
func options(step lokki.StepOption, onMap ...lokki.MapOption) (string, error) {
	flow := lokki.Agg(lokki.Map(lokki.Start(GetBirds, Input{}, step), FlapBird, onMap...), CountAll)
	built, err := chain.Build(flow)
	if err != nil {
		return "", err
	}
	start, _ := json.Marshal(built.Nodes[0].Options)
	mapped, err := json.Marshal(built.Nodes[1].Options)
	return string(start) + " " + string(mapped), err
}

func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		step  lokki.StepOption
		onMap []lokki.MapOption
		want  string
	}{
		"none":    {nil, nil, `{} {}`},
		"timeout": {lokki.Timeout(time.Minute), []lokki.MapOption{lokki.Timeout(time.Second)}, `{"timeout":60} {"timeout":1}`},
		"retry": {lokki.Retry[Throttled](lokki.Backoff{}), nil,
			`{"retry":[{"errors":["Throttled"],"interval":1,"rate":2,"attempts":3}]} {}`},
		"retry in full": {nil, []lokki.MapOption{lokki.Retry[*fs.PathError](lokki.Backoff{
			Interval: 2 * time.Second, Rate: 1.5, Attempts: 7, Cap: time.Minute, Jitter: true})},
			`{} {"retry":[{"errors":["PathError"],"interval":2,"rate":1.5,"attempts":7,"cap":60,"jitter":true}]}`},
		"retry of all": {lokki.Retry[error](lokki.Backoff{}), nil,
			`{"retry":[{"errors":["States.ALL"],"interval":1,"rate":2,"attempts":3}]} {}`},
		"retry of timeouts": {lokki.Retry[lokki.TimedOut](lokki.Backoff{}), nil,
			`{"retry":[{"errors":["States.Timeout","Sandbox.Timedout"],"interval":1,"rate":2,"attempts":3}]} {}`},
		"map": {nil, []lokki.MapOption{lokki.Batch(10), lokki.Concurrency(4), lokki.TolerateFailures(2.5), lokki.Express()},
			`{} {"batch":10,"concurrency":4,"tolerate":2.5,"express":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := options(c.step, c.onMap...); err != nil || got != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

// TestRefusedOptions has options out of range, each reported where the flow sets it.
func TestRefusedOptions(t *testing.T) {
	for name, c := range map[string]struct {
		step  lokki.StepOption
		onMap lokki.MapOption
		want  string
	}{
		"no timeout":         {lokki.Timeout(0), nil, "Timeout of 0s"},
		"parts of seconds":   {lokki.Timeout(1500 * time.Millisecond), nil, "Timeout is 1.5s\nhint: give whole seconds"},
		"long timeout":       {lokki.Timeout(time.Hour), nil, "the timeout is 3600 seconds: want 1 to 1800"},
		"nameless error":     {lokki.Retry[busy](lokki.Backoff{}), nil, "Retry of lokki_test.busy, whose errors"},
		"interval":           {lokki.Retry[Throttled](lokki.Backoff{Interval: -time.Second}), nil, "an interval of -1 seconds"},
		"rate":               {lokki.Retry[Throttled](lokki.Backoff{Rate: 0.5}), nil, "a rate of 0.5: want 1 or more"},
		"rate that is none":  {lokki.Retry[Throttled](lokki.Backoff{Rate: math.NaN()}), nil, "a rate of NaN"},
		"attempts":           {lokki.Retry[Throttled](lokki.Backoff{Attempts: -1}), nil, "-1 attempts"},
		"cap below interval": {lokki.Retry[Throttled](lokki.Backoff{Interval: time.Minute, Cap: time.Second}), nil, "a cap of 1 seconds: want more than its interval, 60"},
		"batch":              {nil, lokki.Batch(0), "Batch of 0 items\nhint: give 1 or more"},
		"concurrency":        {nil, lokki.Concurrency(10_001), "the concurrency is 10001: want 1 to 10000"},
		"no failures":        {nil, lokki.TolerateFailures(0), "TolerateFailures of 0 percent"},
		"all and more":       {nil, lokki.TolerateFailures(101), "101 percent of failures are tolerated"},
		"NaN failures":       {nil, lokki.TolerateFailures(math.NaN()), "TolerateFailures of NaN percent"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := options(c.step, c.onMap)
			if err == nil || !strings.Contains(err.Error(), c.want) || !regexp.MustCompile(`options_test\.go:\d+: step (get-birds|flap-bird): `).MatchString(err.Error()) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestOptionsGivenTwice(t *testing.T) {
	for option, pair := range map[string][]lokki.MapOption{
		"Timeout":          {lokki.Timeout(time.Second), lokki.Timeout(time.Second)},
		"Batch":            {lokki.Batch(2), lokki.Batch(2)},
		"Concurrency":      {lokki.Concurrency(2), lokki.Concurrency(3)},
		"TolerateFailures": {lokki.TolerateFailures(1), lokki.TolerateFailures(1)},
		"Express":          {lokki.Express(), lokki.Express()},
	} {
		if _, err := options(nil, pair...); err == nil || !strings.Contains(err.Error(), option+" is given twice\nhint: keep one of them") {
			t.Errorf("%s: got %v", option, err)
		}
	}
	twice := lokki.Retry[Throttled](lokki.Backoff{})
	if _, err := options(nil, twice, twice); err == nil || !strings.Contains(err.Error(), "two retries are for the error Throttled") {
		t.Errorf("Retry: got %v", err)
	}
}

// TestOptionsAreReportedWithTheRest has a wrong option in a flow with a wrong type.
func TestOptionsAreReportedWithTheRest(t *testing.T) {
	err := lokki.Validate(lokki.Then(lokki.Start(Open, "", lokki.Timeout(time.Hour)), Close, lokki.Timeout(0)))
	for _, want := range []string{"can't be stored", "Timeout of 0s", "the timeout is 3600 seconds"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func TestOptionsAgainstTheShapeOfTheFlow(t *testing.T) {
	nested := func(outer ...lokki.MapOption) error {
		letters := lokki.Map(lokki.Start(GetBirds, Input{}), Letters, outer...)
		loud := lokki.Map(letters, Shout, lokki.Batch(10), lokki.Express(), lokki.Timeout(200*time.Second))
		return lokki.Validate(lokki.Agg(lokki.Agg(loud, CountAll), Same))
	}
	if err := nested(lokki.Concurrency(5)); err != nil {
		t.Error(err)
	}
	if err := nested(lokki.Batch(2)); err == nil || !strings.Contains(err.Error(), "batches of 2 items, in a map that contains the map over shout\nhint: ") {
		t.Errorf("batches outside: got %v", err)
	}
	if err := nested(lokki.Express()); err == nil || !strings.Contains(err.Error(), "the map is Express and contains the map over shout") {
		t.Errorf("Express outside: got %v", err)
	}
	flapped := lokki.Map(lokki.Start(GetBirds, Input{}), FlapBird, lokki.Express(), lokki.Timeout(200*time.Second))
	loud := lokki.Then(flapped, Shout, lokki.Timeout(101*time.Second))
	after := lokki.Agg(loud, CountAll, lokki.Timeout(900*time.Second)) // not in the map
	if err := lokki.Validate(after); err == nil || !strings.Contains(err.Error(), "add up to 301 seconds; an Express workflow has 300") {
		t.Errorf("a long Express map: got %v", err)
	}
}

func TestTimedOutIsAnError(t *testing.T) {
	var timedOut lokki.TimedOut
	if !errors.As(error(lokki.TimedOut{After: time.Second}), &timedOut) || timedOut.Error() != "it took longer than 1s" {
		t.Errorf("got %v", timedOut)
	}
}
