package lambdastep

import (
	"bytes"
	"encoding/json"
	"log"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lokki-build/lokki/internal/step"
)

// TestLinesOfAStepSayWhereTheyAreFrom logs in all the ways a step can, in two
// invocations of one process.
func TestLinesOfAStepSayWhereTheyAreFrom(t *testing.T) {
	var out bytes.Buffer
	l := newLogs(&out)
	before, writer, flags := slog.Default(), log.Writer(), log.Flags()
	early := slog.Default() // as a step's package may store it
	slog.SetDefault(l.logger())
	t.Cleanup(func() {
		slog.SetDefault(before)
		log.SetOutput(writer)
		log.SetFlags(flags)
	})
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "id-1"})
	l.begin(ctx, []byte(`{"flow":"f","run":"r","step":"s","path":"3/17/","attempt":2}`))
	kept := slog.With("n", 1).WithGroup("g").With("a", "b")
	kept.Info("kept")
	l.end()
	slog.Info("between")
	l.begin(t.Context(), []byte(`{"flow":"f","run":"r-2","step":"s","path":""}`))
	kept.Info("kept again", "c", "d")
	early.Info("early", "x", 1)
	log.Print("of package log")
	slog.Debug("hidden")

	var got []map[string]any
	for text := range strings.Lines(out.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if line["timestamp"] == nil || line["level"] != "INFO" {
			t.Errorf("line %s", text)
		}
		delete(line, "timestamp")
		delete(line, "level")
		got = append(got, line)
	}
	second := map[string]any{"flow": "f", "run": "r-2", "step": "s", "path": "", "attempt": 0.0}
	with := func(fields map[string]any, more ...any) map[string]any {
		all := map[string]any{}
		for k, v := range fields {
			all[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			all[more[i].(string)] = more[i+1]
		}
		return all
	}
	want := []map[string]any{
		{"message": "kept", "flow": "f", "run": "r", "step": "s", "path": "3/17/", "attempt": 2.0, "requestId": "id-1", "n": 1.0, "g": map[string]any{"a": "b"}},
		{"message": "between"},
		with(second, "message", "kept again", "n", 1.0, "g", map[string]any{"a": "b", "c": "d"}),
		with(second, "message", "INFO early x=1"),
		with(second, "message", "of package log"),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("logged\n%v\nwant\n%v", got, want)
	}
}

// TestAReportedErrorIsNotLoggedAgain logs as aws-lambda-go does what was reported.
func TestAReportedErrorIsNotLoggedAgain(t *testing.T) {
	h, out := newMachine(t).logged(step.Of(panics))
	_, err := h.Invoke(t.Context(), []byte(`{"flow":"f","run":"r","step":"s","path":"","defaults":1}`))
	failure, ok := err.(messages.InvokeResponse_Error)
	if !ok {
		t.Fatalf("error %v", err)
	}
	data, err := json.Marshal(&failure)
	if err != nil {
		t.Fatal(err)
	}
	h.logs.logger().Info(string(data))
	onlyLine(t, out.String())
	h.logs.logger().Info("the step failed with " + string(data))
	if got := strings.Count(out.String(), "\n"); got != 2 {
		t.Errorf("%d lines, want the second one too", got)
	}
}
