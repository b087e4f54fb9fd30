package lambdastep

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/step"
)

// last calls the only step of a flow and returns the execution's output.
func last[Out any](m *machine, attempt int, result Out) string {
	m.t.Helper()
	f := func(context.Context, int) (Out, error) { return result, nil }
	payload, err := json.Marshal(envelope.Request{
		Flow: "test-flow", Run: testRun, Step: "only", Input: json.RawMessage("1"), Last: true, Attempt: attempt,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	out, err := m.handler(step.Of(f)).Invoke(m.t.Context(), payload)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(out)
}

const (
	storedOnly = `{"run":"run-1","stored":{"bucket":"test-bucket","key":"lokki/test-flow/run-1/only/output.json.gz","codec":"json+gzip"}}`
	storedPart = `{"run":"run-1","stored":{"bucket":"test-bucket","key":"lokki/test-flow/run-1/only/output.json.gz","codec":"json+gzip"},"result":`
)

// TestTheExecutionsOutput: it says where the result is, and contains it if it is small.
func TestTheExecutionsOutput(t *testing.T) {
	large := strings.Repeat("x", envelope.MaxResult-2) // with its quotes it just fits
	for name, c := range map[string]struct {
		call func(*machine) string
		want string
	}{
		"number":    {func(m *machine) string { return last(m, 0, 6) }, storedPart + `6}`},
		"null":      {func(m *machine) string { return last(m, 0, (*int)(nil)) }, storedPart + `null}`},
		"list":      {func(m *machine) string { return last(m, 0, []string{}) }, storedPart + `[]}`},
		"digits":    {func(m *machine) string { return last(m, 0, uint64(18446744073709551615)) }, storedPart + `18446744073709551615}`},
		"large":     {func(m *machine) string { return last(m, 0, large) }, storedPart + `"` + large + `"}`},
		"too large": {func(m *machine) string { return last(m, 0, large+"x") }, storedOnly},
		"stored by an earlier attempt": {func(m *machine) string {
			last(m, 0, 6)
			return last(m, 1, 7)
		}, storedPart + `6}`},
		"stored by an attempt that was given up": {func(m *machine) string {
			last(m, 0, 6)
			return last(m, 0, 7) // it ran in the meantime
		}, storedPart + `6}`},
		"too large, stored by an earlier attempt": {func(m *machine) string {
			last(m, 0, large+"x")
			return last(m, 1, 7)
		}, storedOnly},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.call(newMachine(t)); got != c.want {
				t.Errorf("%d bytes: %.300s, want %.300s", len(got), got, c.want)
			}
		})
	}
}
