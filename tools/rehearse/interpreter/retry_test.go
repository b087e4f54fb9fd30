package interpreter

import (
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
)

func TestDelay(t *testing.T) {
	half := func() float64 { return 0.5 }
	for _, c := range []struct {
		rule    retrier
		attempt int
		want    time.Duration
	}{
		{retrier{interval: 1, rate: 2}, 1, time.Second},
		{retrier{interval: 1, rate: 2}, 4, 8 * time.Second},
		{retrier{interval: 3, rate: 1}, 9, 3 * time.Second},
		{retrier{interval: 2, rate: 1.5}, 3, 4500 * time.Millisecond},
		{retrier{interval: 2, rate: 2, most: 60}, 9, time.Minute},
		{retrier{interval: 2, rate: 2, most: 60, jitter: true}, 9, 30 * time.Second},
		{retrier{interval: 2, rate: 10}, 400, awslimits.TimerSeconds * time.Second},
	} {
		if got := c.rule.delay(c.attempt, half); got != c.want {
			t.Errorf("%+v, attempt %d: got %s, want %s", c.rule, c.attempt, got, c.want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		failure Failure
		rule    string
		want    bool
	}{
		{Failure{Name: "Busy"}, "Busy", true},
		{Failure{Name: "Busy"}, "Bus", false},
		{Failure{Name: "Busy"}, "States.ALL", true},
		{Failure{Name: "Busy"}, "States.TaskFailed", true},
		{Failure{Name: "States.Timeout"}, "States.TaskFailed", false},
		{Failure{Name: "States.Timeout"}, "States.ALL", true},
		{Failure{Name: "States.HeartbeatTimeout"}, "States.Timeout", true},
		{Failure{Name: "States.Runtime"}, "States.Runtime", false},
		{Failure{Name: "States.Runtime"}, "States.ALL", false},
		{Failure{Name: "States.DataLimitExceeded", terminal: true}, "States.ALL", false},
		{Failure{Name: "States.DataLimitExceeded", terminal: true}, "States.DataLimitExceeded", true},
		{Failure{Name: "States.DataLimitExceeded"}, "States.ALL", true},
	} {
		if got := c.failure.matches([]string{c.rule}); got != c.want {
			t.Errorf("%+v matches %s: %v", c.failure, c.rule, got)
		}
	}
}
