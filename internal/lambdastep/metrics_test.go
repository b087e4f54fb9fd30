package lambdastep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/step"
)

// logged returns a handler whose log can be read.
func (m *machine) logged(s step.Step) (*handler, *bytes.Buffer) {
	var out bytes.Buffer
	return newHandler(s, newLogs(&out), func(n *atomic.Int64) (place, error) {
		n.Add(1) // a store that counts
		return place{m.store, "test-bucket", "lokki"}, nil
	}), &out
}

// onlyLine decodes a log of one line.
func onlyLine(t *testing.T, log string) map[string]any {
	t.Helper()
	var line map[string]any
	if strings.Count(log, "\n") != 1 || json.Unmarshal([]byte(log), &line) != nil {
		t.Fatalf("want one line of JSON, got:\n%s", log)
	}
	return line
}

func TestSummary(t *testing.T) {
	t.Setenv("AWS_LAMBDA_LOG_LEVEL", "ERROR") // which metrics ignore
	m := newMachine(t)
	list := must(m, numbers, envelope.Request{Step: "numbers", Defaults: []byte(`{"count":5}`), Split: 4})
	batches := m.batches(list)
	must(m, text, envelope.Request{Step: "text", Path: "0/", From: "numbers", Batch: &batches[0]})
	for name, c := range map[string]struct {
		step    step.Step
		request envelope.Request
		want    map[string]any
	}{
		"start": {step.Of(square), envelope.Request{Step: "square", Defaults: []byte("3")},
			map[string]any{"Items": 0.0, "BytesIn": 0.0, "message": "step done", "level": "INFO", "attempt": 0.0, "repeated": nil, "S3Requests": 1.0}},
		"list": {step.Of(numbers), envelope.Request{Step: "n2", Defaults: []byte(`{"count":9}`), Split: 1},
			map[string]any{"Items": 9.0, "BytesIn": 0.0}},
		"batch": {step.Of(text), envelope.Request{Step: "text-2", Path: "0/", From: "numbers", Batch: &batches[0]},
			map[string]any{"Items": 4.0, "path": "0/"}},
		"aggregation": {step.Of(join), envelope.Request{Step: "join", From: "text", Count: list.Count, BatchSize: 4, Tolerate: 50, State: m.results(4)},
			map[string]any{"Items": 4.0, "missing": 1.0}},
		"repeated": {step.Of(text), envelope.Request{Step: "text", Path: "0/", From: "numbers", Batch: &batches[0], Attempt: 2},
			map[string]any{"Items": 0.0, "repeated": true, "attempt": 2.0, "BytesOut": 0.0}},
		"failed": {step.Of(func(context.Context, int) (int, error) { return 0, Throttled{} }), envelope.Request{Step: "s", Defaults: []byte("3")},
			map[string]any{"message": "step failed", "level": "ERROR", "type": "Throttled", "error": "slow down", "BytesOut": 0.0}},
		"panicked": {step.Of(panics), envelope.Request{Step: "s", Defaults: []byte("3")},
			map[string]any{"message": "step failed", "type": "Lokki.Panic"}},
	} {
		t.Run(name, func(t *testing.T) {
			h, log := m.logged(c.step)
			c.request.Flow, c.request.Run = "test-flow", testRun
			payload, err := json.Marshal(c.request)
			if err != nil {
				t.Fatal(err)
			}
			h.Invoke(t.Context(), payload) // the line has its error
			line := onlyLine(t, log.String())
			for _, problem := range emfProblems(line) {
				t.Error(problem)
			}
			for field, want := range map[string]any{"flow": "test-flow", "run": testRun, "step": c.request.Step} {
				if line[field] != want {
					t.Errorf("%s is %v, want %v", field, line[field], want)
				}
			}
			for field, want := range c.want {
				if line[field] != want {
					t.Errorf("%s is %v, want %v", field, line[field], want)
				}
			}
			if (line["BytesOut"] == 0.0) != (c.want["BytesOut"] == 0.0) && name != "panicked" {
				t.Errorf("BytesOut is %v", line["BytesOut"])
			}
			parts := line["FunctionDuration"].(float64) + line["ReadDuration"].(float64) + line["WriteDuration"].(float64)
			if total := line["Duration"].(float64); parts > total {
				t.Errorf("the stages take %v ms of %v ms", parts, total)
			}
			if name == "panicked" && line["stack"] == nil {
				t.Error("no stack")
			}
		})
	}
}

// TestTheEstimateHasAllMetrics: tools/internal/cost, which can't be imported here, counts as many.
func TestTheEstimateHasAllMetrics(t *testing.T) {
	if len(metricNames) != 9 {
		t.Errorf("there are %d metrics: change metricsOfStep in tools/internal/cost and docs/config.md too", len(metricNames))
	}
}

// TestMetricsAreOfAStack: two stacks of a flow in one account have separate
// metrics, and a stack can do without. The figures are in the log either way.
func TestMetricsAreOfAStack(t *testing.T) {
	for name, c := range map[string]struct {
		stack, metrics string
		dimensions     any
	}{
		"a stack":         {"birds-dev", "true", []any{[]any{"stack", "flow", "step"}}},
		"another one":     {"birds-prod", "", []any{[]any{"stack", "flow", "step"}}},
		"not known":       {"", "true", []any{[]any{"flow", "step"}}},
		"without metrics": {"birds-dev", "false", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("LOKKI_STACK", c.stack)
			t.Setenv("LOKKI_METRICS", c.metrics)
			h, log := newMachine(t).logged(step.Of(square))
			if _, err := h.Invoke(t.Context(), []byte(`{"flow":"f","run":"r","step":"s","path":"","defaults":3}`)); err != nil {
				t.Fatal(err)
			}
			line := onlyLine(t, log.String())
			if got, _ := line["stack"].(string); got != c.stack {
				t.Errorf("the line is of stack %q", got)
			}
			if line["Duration"] == nil || line["Items"] == nil {
				t.Errorf("no figures: %v", line)
			}
			if c.dimensions == nil {
				if line["_aws"] != nil {
					t.Errorf("metrics %v", line["_aws"])
				}
				return
			}
			for _, problem := range emfProblems(line) {
				t.Error(problem)
			}
			directive := line["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)
			if !reflect.DeepEqual(directive["Dimensions"], c.dimensions) {
				t.Errorf("dimensions %v, want %v", directive["Dimensions"], c.dimensions)
			}
		})
	}
}

func TestAnInvocationWithoutANameHasNoMetrics(t *testing.T) {
	h, log := newMachine(t).logged(step.Of(square))
	if _, err := h.Invoke(t.Context(), []byte(`{"nonsense":1}`)); err == nil {
		t.Fatal("no error")
	}
	line := onlyLine(t, log.String())
	if line["_aws"] != nil || line["type"] != "Lokki.InvalidRequest" {
		t.Errorf("line %v", line)
	}
}

func TestTheMetricFormatIsChecked(t *testing.T) {
	valid := func() map[string]any {
		attrs := append(summary{total: time.Second}.attrs(), metricsOf("", time.UnixMilli(1574109732004)))
		line := map[string]any{"flow": "f", "step": "s"}
		for _, a := range attrs {
			line[a.Key] = a.Value.Any()
		}
		data, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		var plain map[string]any
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatal(err)
		}
		return plain
	}
	if problems := emfProblems(valid()); len(problems) > 0 {
		t.Error(errors.Join(problems...))
	}
	for name, spoil := range map[string]func(line, directive map[string]any){
		"no metadata":         func(line, _ map[string]any) { delete(line, "_aws") },
		"no value":            func(line, _ map[string]any) { delete(line, "Items") },
		"value that is text":  func(line, _ map[string]any) { line["Items"] = "1" },
		"no dimension":        func(line, _ map[string]any) { delete(line, "step") },
		"dimension of number": func(line, _ map[string]any) { line["step"] = 1.0 },
		"no namespace":        func(_, d map[string]any) { delete(d, "Namespace") },
		"one dimension set":   func(_, d map[string]any) { d["Dimensions"] = []any{"flow"} },
		"unknown unit":        func(_, d map[string]any) { d["Metrics"].([]any)[0].(map[string]any)["Unit"] = "ms" },
		"another member":      func(_, d map[string]any) { d["More"] = 1.0 },
	} {
		line := valid()
		spoil(line, line["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any))
		if len(emfProblems(line)) == 0 {
			t.Errorf("%s: no problem found", name)
		}
	}
}

// units are CloudWatch's
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html).
var units = regexp.MustCompile(`^(Seconds|Microseconds|Milliseconds|(Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Count)(/Second)?|Percent|None)$`)

// emfProblems checks a line against the specification that metrics.go names.
func emfProblems(line map[string]any) (problems []error) {
	unless := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	named := func(v any, most int) bool { s, ok := v.(string); return ok && s != "" && len(s) <= most }
	members := func(what string, object map[string]any, names ...string) {
		for _, name := range names {
			unless(object[name] != nil, "%s has no %s", what, name)
		}
		unless(len(object) == len(names), "%s has other members: %v", what, object)
	}
	aws, _ := line["_aws"].(map[string]any)
	members("_aws", aws, "Timestamp", "CloudWatchMetrics")
	at, ok := aws["Timestamp"].(float64)
	unless(ok && at == math.Trunc(at) && at > 1e12, "Timestamp %v: want milliseconds since 1970", aws["Timestamp"])
	directives, _ := aws["CloudWatchMetrics"].([]any)
	unless(len(directives) > 0, "no directive")
	for _, d := range directives {
		directive, _ := d.(map[string]any)
		members("directive", directive, "Namespace", "Dimensions", "Metrics")
		unless(named(directive["Namespace"], 255), "Namespace %v", directive["Namespace"])
		sets, _ := directive["Dimensions"].([]any)
		unless(len(sets) > 0, "no set of dimensions")
		for _, set := range sets {
			keys, ok := set.([]any)
			unless(ok && len(keys) <= 9, "%v is no set of at most 9 dimensions", set)
			for _, key := range keys {
				name, _ := key.(string)
				unless(named(key, 250) && named(line[name], 1024), "dimension %v has the value %v: want text", key, line[name])
			}
		}
		metrics, _ := directive["Metrics"].([]any)
		unless(len(metrics) > 0 && len(metrics) <= 100, "%d metrics: want 1 to 100", len(metrics))
		for _, m := range metrics {
			metric, _ := m.(map[string]any)
			members("metric", metric, "Name", "Unit")
			unless(named(metric["Name"], 255), "metric %v", metric)
			name, _ := metric["Name"].(string)
			unit, _ := metric["Unit"].(string)
			unless(units.MatchString(unit), "%s has the unit %q", name, unit)
			_, number := line[name].(float64)
			unless(number, "metric %s has the value %v: want a number", name, line[name])
		}
	}
	return problems
}
