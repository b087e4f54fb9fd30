package cost_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

// TestThrottle checks properties that don't depend on chance. Tests in
// tools/asl, where there is an engine, check that the numbers are about right.
func TestThrottle(t *testing.T) {
	standard, express := birds(flowtest.Options{}), birds(flowtest.Options{Express: true})
	for _, in := range []*cost.Input{&standard, &express} {
		in.Basis.Assumptions.ItemSeconds = 15
	}
	for _, c := range []struct {
		name       string
		in         cost.Input
		n, lambdas int
		retries    bool
	}{
		{"nothing to do", standard, 0, 10, false},
		{"enough Lambdas", standard, 150, 1000, false},
		{"as many as items", standard, 10, 10, false},
		{"a bounded map", birds(flowtest.Options{Concurrency: 10}), 10_000, 10, false},
		{"too few", standard, 150, 10, true},
		{"too few, Express", express, 150, 10, true},
		{"too many to play", standard, 1_000_000, 10, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cost.Throttle(c.in, c.n, c.lambdas)
			if (got.Retries > 0) != c.retries {
				t.Errorf("%v retries", got.Retries)
			}
			if isExpress := c.in.Graph.Nodes[1].Map.Express; isExpress && (got.Transitions > 0 || got.ExpressGB <= 0) || !isExpress && (got.Transitions != got.Retries || got.ExpressGB > 0) {
				t.Errorf("of %v retries %v are paid for, and %v GB-seconds", got.Retries, got.Transitions, got.ExpressGB)
			}
			if least := float64(c.n) * c.in.Basis.Assumptions.ItemSeconds / float64(min(c.lambdas, max(c.n, 1))); got.Seconds < least {
				t.Errorf("it takes %v s, and %v s without any pause", got.Seconds, least)
			}
		})
	}
	few, many := cost.Throttle(standard, 1_000_000, 10), cost.Throttle(standard, 2_000_000, 10)
	if ratio := many.Seconds / few.Seconds; ratio < 1.95 || ratio > 2.05 {
		t.Errorf("twice the items take %v times as long", ratio)
	}
}

// TestTheTableHasTheSmallAccount: an account that is large enough doesn't need
// it.
func TestTheTableHasTheSmallAccount(t *testing.T) {
	for account, want := range map[int]bool{10: true, 999: true, 1000: false} {
		in := birds(flowtest.Options{})
		in.Basis.Assumptions.SmallAccount = account
		text, err := cost.Table(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "retries of throttled calls"); got != want {
			t.Errorf("an account of %d Lambdas:\n%s", account, text)
		}
	}
}

// TestMonths: what costs money whether the flow runs or not is listed with its
// number.
func TestMonths(t *testing.T) {
	for _, c := range []struct {
		metrics, alarms, scheduled bool
		want                       []string
	}{
		{true, true, true, []string{"27 metrics, if all steps run                          8.10", "3 alarms                                          0.300000"}},
		{true, false, true, []string{"27 metrics"}},
		{false, true, false, []string{"2 alarms"}},
		{false, false, false, nil},
	} {
		in := birds(flowtest.Options{})
		in.Metrics, in.Manifest.Alarms = c.metrics, c.alarms
		if c.scheduled {
			in.Manifest.Schedules = []schedule.Schedule{{}}
		}
		text, err := cost.Table(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
		if strings.Contains(string(text), "metrics, if") != c.metrics || strings.Contains(string(text), " alarms ") != c.alarms {
			t.Errorf("metrics %v, alarms %v:\n%s", c.metrics, c.alarms, text)
		}
	}
}
