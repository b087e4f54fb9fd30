package interpreter_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// echo returns its payload at once.
type echo struct{}

func (echo) Invoke(_ context.Context, _ string, payload []byte) ([]byte, error) { return payload, nil }

// drop discards events.
type drop struct{}

func (drop) Record(string, interpreter.Event) error { return nil }

// fanOut is a map over the items of an object, like a wide map.
const fanOut = `{"StartAt": "Map", "States": {"Map": {"Type": "Map", "Label": "flap", "End": true,
	"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key.$": "$.items"}},
	"ItemSelector": {"run.$": "$.run", "path.$": "States.Format('{}{}/', $.path, $$.Map.Item.Value.i)", "batch.$": "$$.Map.Item.Value"},
	"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "flap", "States": {"flap": {
		"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 900, "End": true, "OutputPath": "$.Payload",
		"Parameters": {"FunctionName": "flap", "Payload": {"flow": "birds", "run.$": "$.run", "path.$": "$.path", "batch.$": "$.batch", "attempt.$": "$$.State.RetryCount"}},
		"Retry": [{"ErrorEquals": ["States.ALL"]}]}}},
	"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "out"}},
	"ResultPath": null}}}`

// wideMap runs a map over n items and returns the bucket's objects afterwards.
func wideMap(tb testing.TB, n int, history interpreter.History) map[string][]byte {
	tb.Helper()
	m, err := interpreter.Load([]byte(fanOut))
	if err != nil {
		tb.Fatal(err)
	}
	var items strings.Builder
	for i := range n {
		fmt.Fprintf(&items, `,{"i":%d,"n":1,"off":%d,"len":65536,"skip":0}`, i, i*65536)
	}
	store := &bucket{objects: map[string][]byte{"b/items.json": []byte("[" + items.String()[1:] + "]")}}
	env := interpreter.Env{
		Name: "run-1", Machine: machineARN, Role: "arn:aws:iam::123456789012:role/birds", Children: 64, Lambda: echo{}, Objects: store, History: history,
		Input: []byte(`{"run": "run-1", "path": "", "items": "items.json"}`),
	}
	if _, err := m.Execute(tb.Context(), env); err != nil {
		tb.Fatal(err)
	}
	return store.objects
}

// BenchmarkMap measures the interpreter's own cost of a child execution: its
// functions do nothing.
func BenchmarkMap(b *testing.B) {
	for _, c := range []struct {
		name    string
		history interpreter.History
	}{{"history=kept", drop{}}, {"history=none", nil}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			wideMap(b, b.N, c.history)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "children/s")
		})
	}
}

// BenchmarkWideMap is one map over 100,000 items. Memory is the most that the
// process has got from the system so far.
func BenchmarkWideMap(b *testing.B) {
	for b.Loop() {
		wideMap(b, 100_000, drop{})
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "children/s")
	b.ReportMetric(float64(stats.Sys)/(1<<20), "MB")
}
