package envelope_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
)

const (
	hash  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	stack = "5f2c8a10-9d3b-11f0-8de9-0242ac120002"
)

// execution returns the id of the run of an execution.
func execution(name string) string {
	return envelope.Execution{Name: name, Hash: hash, Stack: stack}.Run()
}

func TestParseExecution(t *testing.T) {
	for _, name := range []string{"a", ".", "..", "a.b", "20261127-114840", strings.Repeat("r", 80), hash, stack, hash + "." + stack, "Wörter"} {
		e, ok := envelope.ParseExecution(execution(name))
		if !ok || e.Name != name || e.Hash != hash || e.Stack != stack {
			t.Errorf("%s: %+v, %v", execution(name), e, ok)
		}
	}
	for _, run := range []string{
		"", "a", "a.b.c", hash + "." + stack, "." + hash + "." + stack, "a." + hash, "a." + stack + "." + hash,
		execution("a") + ".2", "a." + strings.ToUpper(hash) + "." + stack, "a." + hash + "." + strings.ReplaceAll(stack, "-", "0"),
	} {
		if e, ok := envelope.ParseExecution(run); ok {
			t.Errorf("%q is taken for the execution %+v", run, e)
		}
	}
}

// TestALocalRunIsNoExecution: an id that a user may give a run is never a state machine's.
func TestALocalRunIsNoExecution(t *testing.T) {
	if !envelope.IsLocalRun(strings.Repeat("r", 80)) || envelope.IsLocalRun(strings.Repeat("r", 81)) {
		t.Error("a local run has up to 80 letters")
	}
	if envelope.IsLocalRun(execution("a")) || !envelope.IsRun(execution("a")) {
		t.Error("the id of an execution is one of a run, and not of a local one")
	}
}

// TestTheLongestKey has all parts as long as they can be.
func TestTheLongestKey(t *testing.T) {
	run := execution(strings.Repeat("r", 80)) + "." + strings.Repeat("9", 17)
	if !envelope.IsRun(run) || envelope.IsRun(run+"9") {
		t.Errorf("%d characters", len(run))
	}
	keys := envelope.Keys{Prefix: strings.Repeat("p", 256), Flow: strings.Repeat("f", 80), Run: run}
	key := keys.Items(strings.Repeat("s", 80), strings.Repeat("9", 199)+"/")
	if len(key) > 1024 {
		t.Errorf("a key of %d bytes", len(key))
	}
}
